/**
 * HTTP/2 on both sides (RFC 9113): Netty frames and packs, this package keeps the streams. Inside the proxy a message is
 * one of HTTP/1.1, checked by its rules, so that what is translated cannot mean two things. Event loop only.
 */
@NullMarked
package io.backendpool.proxy.http2;

import org.jspecify.annotations.NullMarked;
