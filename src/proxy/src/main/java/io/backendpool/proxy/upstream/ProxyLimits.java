package io.backendpool.proxy.upstream;

import java.time.Duration;

/**
 * What a proxy waits for and holds at most beyond what its pool says ({@link io.backendpool.pool.TrafficPolicy}). The waits
 * end up to {@link LoopPolicy#TICK_MILLIS} late. Each limit that was hit is counted, see {@code TrafficTotals.limitHits}.
 *
 * @param upstreamIdleTimeout an unused backend connection is closed after this, up to a second late, or sooner where the
 *     backend says so; not longer than what servers usually keep idle connections for, so that few requests meet a connection
 *     that the backend is just closing
 * @param lingerTimeout how long a connection that was refused is still read, so that the client can read why
 * @param drainDeadline what a listener or a backend that left the pool gives what is under way to finish; then it is cut
 * @param maxTargetBytes of one request target; beyond it 414
 * @param maxReplayBytes a request body up to this size is kept until the response starts, so that it can be sent again
 * @param maxIdlePerBackend unused connections kept per backend and event loop
 * @param maxAttempts backends that one request is tried on before the proxy looks for an untried one in order
 */
public record ProxyLimits(
        Duration upstreamIdleTimeout,
        Duration lingerTimeout,
        Duration drainDeadline,
        int maxTargetBytes,
        int maxReplayBytes,
        int maxIdlePerBackend,
        int maxAttempts) {

    public ProxyLimits {
        requirePositive("upstreamIdleTimeout", upstreamIdleTimeout);
        requirePositive("lingerTimeout", lingerTimeout);
        requireInRange("maxTargetBytes", maxTargetBytes, 256, 1 << 20);
        requireInRange("maxReplayBytes", maxReplayBytes, 0, 1 << 20);
        requireInRange("maxIdlePerBackend", maxIdlePerBackend, 0, 1_000_000);
        requireInRange("maxAttempts", maxAttempts, 1, 1000);
    }

    /** What fits most pools. */
    public static ProxyLimits defaults() {
        return new ProxyLimits(
                Duration.ofSeconds(30), Duration.ofSeconds(2), Duration.ofSeconds(30), 32 * 1024, 64 * 1024, 1024, 5);
    }

    /** The same but for the time that is given to finish. */
    public ProxyLimits withDrainDeadline(Duration deadline) {
        return new ProxyLimits(
                upstreamIdleTimeout,
                lingerTimeout,
                deadline,
                maxTargetBytes,
                maxReplayBytes,
                maxIdlePerBackend,
                maxAttempts);
    }

    private static void requirePositive(String field, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("%s: %s (expected: above 0)".formatted(field, value));
        }
    }

    private static void requireInRange(String field, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("%s: %d (expected: %,d to %,d)".formatted(field, value, min, max));
        }
    }
}
