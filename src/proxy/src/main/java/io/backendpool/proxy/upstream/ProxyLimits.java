package io.backendpool.proxy.upstream;

import java.time.Duration;

/**
 * What a proxy waits for at most, and holds at most. The waits are enforced by one tick per event loop, so they end up to
 * 100 ms late. Each limit that was hit is counted, see {@code TrafficTotals.limitHits}.
 *
 * @param connectTimeout for a TCP connection to a backend; then the next backend is tried
 * @param requestHeadTimeout from the first byte of a request to the end of its head; then 408
 * @param clientIdleTimeout a client connection without a request is closed after this
 * @param responseTimeout from the request's end to the response's head; then 504
 * @param streamIdleTimeout a body that does not move, in either direction, ends the exchange after this
 * @param upstreamIdleTimeout an unused backend connection is closed after this, up to a second late; shorter than what servers keep idle
 *     connections for, so that few requests meet a connection that the backend is just closing
 * @param lingerTimeout how long a connection that was refused is still read, so that the client can read why
 * @param maxHeadBytes of one request or response head, and of one trailer section
 * @param maxTargetBytes of one request target; beyond it 414
 * @param maxReplayBytes a request body up to this size is kept until the response starts, so that it can be sent again
 * @param maxClientConnections of the whole proxy; beyond it 503
 * @param maxIdlePerBackend unused connections kept per backend and event loop
 * @param maxConnectionsPerBackend per event loop; beyond it another backend is chosen, or 503
 * @param maxAttempts backends that one request is tried on before the proxy looks for an untried one in order
 */
public record ProxyLimits(
        Duration connectTimeout,
        Duration requestHeadTimeout,
        Duration clientIdleTimeout,
        Duration responseTimeout,
        Duration streamIdleTimeout,
        Duration upstreamIdleTimeout,
        Duration lingerTimeout,
        int maxHeadBytes,
        int maxTargetBytes,
        int maxReplayBytes,
        int maxClientConnections,
        int maxIdlePerBackend,
        int maxConnectionsPerBackend,
        int maxAttempts) {

    public ProxyLimits {
        requirePositive("connectTimeout", connectTimeout);
        requirePositive("requestHeadTimeout", requestHeadTimeout);
        requirePositive("clientIdleTimeout", clientIdleTimeout);
        requirePositive("responseTimeout", responseTimeout);
        requirePositive("streamIdleTimeout", streamIdleTimeout);
        requirePositive("upstreamIdleTimeout", upstreamIdleTimeout);
        requirePositive("lingerTimeout", lingerTimeout);
        requireInRange("maxHeadBytes", maxHeadBytes, 1024, 1 << 20);
        requireInRange("maxTargetBytes", maxTargetBytes, 256, maxHeadBytes);
        requireInRange("maxReplayBytes", maxReplayBytes, 0, 1 << 20);
        requireInRange("maxClientConnections", maxClientConnections, 1, 1_000_000);
        requireInRange("maxIdlePerBackend", maxIdlePerBackend, 0, 1_000_000);
        requireInRange("maxConnectionsPerBackend", maxConnectionsPerBackend, 1, 1_000_000);
        requireInRange("maxAttempts", maxAttempts, 1, 1000);
    }

    /** What fits most pools; the waits are those of HAProxy's and Envoy's examples. */
    public static ProxyLimits defaults() {
        return new ProxyLimits(
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofSeconds(30),
                Duration.ofSeconds(2),
                64 * 1024,
                32 * 1024,
                64 * 1024,
                20_000,
                1024,
                4096,
                5);
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
