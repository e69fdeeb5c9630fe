package io.backendpool.pool.health;

/** The ways in which a request to a backend fails, each with a count of its own. */
public enum FailureKind {
    /** A response of status 500 to 599. */
    SERVER_ERROR(0, "5xx"),
    /** A response of status 502, 503 or 504; counts as a {@link #SERVER_ERROR}, too. */
    GATEWAY_ERROR(1, "gateway errors"),
    /** No connection: refused, unreachable, not made in time, or TLS failed. Nothing was sent. */
    LOCAL_ORIGIN(2, "failed connections"),
    /** No response, or not all of it, in time. */
    TIMEOUT(3, "timeouts"),
    /** The connection or stream ended before the response did. */
    RESET(4, "resets");

    /** How many there are. */
    static final int COUNT = 5;

    private final int index;
    private final String words;

    FailureKind(int index, String words) {
        this.index = index;
        this.words = words;
    }

    /** Its place where they are counted, 0 to {@link #COUNT} - 1. */
    int index() {
        return index;
    }

    /** For people, as in {@code 5xx 5 in a row}. */
    public String words() {
        return words;
    }
}
