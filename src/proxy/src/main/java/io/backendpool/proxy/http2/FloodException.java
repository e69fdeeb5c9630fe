package io.backendpool.proxy.http2;

import io.backendpool.proxy.traffic.Limit;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;

/** A connection's limit was hit: it is ended with ENHANCE_YOUR_CALM. */
final class FloodException extends Http2Exception {
    private static final long serialVersionUID = 1L;

    private final Limit limit;

    FloodException(Limit limit, String message) {
        super(Http2Error.ENHANCE_YOUR_CALM, message, ShutdownHint.HARD_SHUTDOWN);
        this.limit = limit;
    }

    Limit limit() {
        return limit;
    }
}
