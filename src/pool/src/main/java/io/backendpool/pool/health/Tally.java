package io.backendpool.pool.health;

/**
 * Counts of what became of requests to one backend, of one event loop or of all, of an interval or of all time.
 *
 * @param requests all that ended, well or not
 * @param serverErrors responses of status 5xx
 * @param gatewayErrors those of status 502, 503 and 504 among them
 * @param localOrigin requests for which no connection could be made
 * @param timeouts requests without a response in time
 * @param resets requests whose connection ended before the response did
 * @param latencyNanos the sum over the requests that succeeded, until the response's head
 */
public record Tally(
        long requests,
        long serverErrors,
        long gatewayErrors,
        long localOrigin,
        long timeouts,
        long resets,
        long latencyNanos) {
    public static final Tally NONE = new Tally(0, 0, 0, 0, 0, 0, 0);

    /** Both together. */
    public Tally plus(Tally other) {
        return new Tally(
                requests + other.requests,
                serverErrors + other.serverErrors,
                gatewayErrors + other.gatewayErrors,
                localOrigin + other.localOrigin,
                timeouts + other.timeouts,
                resets + other.resets,
                latencyNanos + other.latencyNanos);
    }

    /** What came after {@code earlier}. */
    public Tally minus(Tally earlier) {
        return new Tally(
                requests - earlier.requests,
                serverErrors - earlier.serverErrors,
                gatewayErrors - earlier.gatewayErrors,
                localOrigin - earlier.localOrigin,
                timeouts - earlier.timeouts,
                resets - earlier.resets,
                latencyNanos - earlier.latencyNanos);
    }

    /** Requests that failed in any way; at most {@code requests}, even where one was counted between two reads. */
    public long failures() {
        return Math.min(requests, serverErrors + localOrigin + timeouts + resets);
    }

    /** Requests that succeeded. */
    public long successes() {
        return requests - failures();
    }

    /** Part of the requests that succeeded, in percent; 100 where there were none. */
    public double successPercent() {
        return requests == 0 ? 100 : 100.0 * successes() / requests;
    }

    /** Mean latency of the successes in nanoseconds; 0 where there were none. */
    public double meanLatencyNanos() {
        return successes() == 0 ? 0 : (double) latencyNanos / successes();
    }
}
