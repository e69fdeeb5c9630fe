package io.backendpool.control;

/** A seat makes no sense. The message is one sentence for people. */
public final class InvalidSeatException extends Exception {
    private static final long serialVersionUID = 1L;

    public InvalidSeatException(String message) {
        super(message);
    }
}
