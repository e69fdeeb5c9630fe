/**
 * HTTP/1.1 on both sides (RFC 9112): heads scanned in place, bodies streamed with backpressure, failures answered
 * with a reason. Event loop only.
 */
@NullMarked
package io.backendpool.proxy.http;

import org.jspecify.annotations.NullMarked;
