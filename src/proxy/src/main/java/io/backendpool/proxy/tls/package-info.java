/**
 * TLS on both sides: which certificate a client gets, handshakes, and the trust in backends. Knows nothing of what is
 * spoken inside. What is compiled from a snapshot is immutable and may be used by any event loop; handlers belong to one.
 */
@NullMarked
package io.backendpool.proxy.tls;

import org.jspecify.annotations.NullMarked;
