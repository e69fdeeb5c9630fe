package io.backendpool.proxy;

/** An option is not what it should be. The message is one sentence that names it, what was found and what was expected. */
final class InvalidConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    InvalidConfigException(String message) {
        super(message);
    }
}
