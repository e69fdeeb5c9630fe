@NullMarked
package io.backendpool.proxy.warmup;

import org.jspecify.annotations.NullMarked;
