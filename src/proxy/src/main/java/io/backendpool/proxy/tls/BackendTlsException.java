package io.backendpool.proxy.tls;

import java.io.IOException;

/** A TLS connection to a backend could not be made. The message is for operators, not for clients: it may hold names. */
public final class BackendTlsException extends IOException {
    private static final long serialVersionUID = 1;

    BackendTlsException(String message, Throwable cause) {
        super(message, cause);
    }

    BackendTlsException(String message) {
        super(message);
    }
}
