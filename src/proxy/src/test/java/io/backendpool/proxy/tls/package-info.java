@NullMarked
package io.backendpool.proxy.tls;

import org.jspecify.annotations.NullMarked;
