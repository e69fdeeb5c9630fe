package io.backendpool.control;

/** A proxy's report makes no sense. The message is one sentence for people. */
public final class InvalidReportException extends Exception {
    private static final long serialVersionUID = 1L;

    public InvalidReportException(String message) {
        super(message);
    }
}
