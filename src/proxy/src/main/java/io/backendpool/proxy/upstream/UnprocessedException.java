package io.backendpool.proxy.upstream;

import java.io.IOException;

/**
 * The backend has said that it did not look at a request (RFC 9113, 8.7), so that it can be sent again, whatever it asks
 * for.
 */
public final class UnprocessedException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Without a stack trace: it is the backend's doing. */
    public UnprocessedException(String message) {
        super(message);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
