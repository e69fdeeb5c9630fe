@NullMarked
package io.backendpool.proxy.proxyprotocol;

import org.jspecify.annotations.NullMarked;
