package io.backendpool.operator.resources;

/** An object that a pool needs exists already and is somebody else's. It is left as it is. */
public final class NameTakenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** {@code message} is one sentence for people. */
    NameTakenException(String message) {
        super(message);
    }
}
