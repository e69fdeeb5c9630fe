package io.backendpool.proxy;

/** The process cannot begin its work. The message is one sentence for people. */
final class StartFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    StartFailedException(String message) {
        super(message);
    }
}
