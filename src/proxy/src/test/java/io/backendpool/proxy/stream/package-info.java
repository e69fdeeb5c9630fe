@NullMarked
package io.backendpool.proxy.stream;

import org.jspecify.annotations.NullMarked;
