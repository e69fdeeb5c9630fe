package io.backendpool.pool;

/**
 * A port on which every proxy of the pool accepts traffic.
 *
 * @param name unique in the pool
 * @param port 1 to 65,535, unique in the pool
 * @param protocol what is spoken on it
 */
public record Listener(String name, int port, Protocol protocol) {
    public static final int MAX_PER_POOL = 16;

    /** What a listener speaks. */
    public enum Protocol {
        /** HTTP/1.1, RFC 9112. */
        HTTP
    }

    public Listener {
        Require.notEmpty("listeners[].name", name);
        Require.inRange("listeners[" + name + "].port", port, 1, 65_535);
    }
}
