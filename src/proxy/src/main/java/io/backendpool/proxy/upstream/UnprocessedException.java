package io.backendpool.proxy.upstream;

import java.io.IOException;

/**
 * The backend has said that it did not look at a request (RFC 9113, 8.7), so that it can be sent again, whatever it asks
 * for.
 */
public final class UnprocessedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean wholeBackend;

    /** Without a stack trace: it is the backend's doing. */
    public UnprocessedException(String message) {
        this(message, false);
    }

    private UnprocessedException(String message, boolean wholeBackend) {
        super(message);
        this.wholeBackend = wholeBackend;
    }

    /** Another connection to the same backend would end in the same way. */
    public static UnprocessedException ofWholeBackend(String message) {
        return new UnprocessedException(message, true);
    }

    /** Whether only another backend is worth a try. */
    public boolean isOfWholeBackend() {
        return wholeBackend;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
