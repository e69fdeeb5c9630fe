package io.backendpool.pool;

import org.jspecify.annotations.Nullable;

/**
 * What one backend gets at most from one proxy at the same time; each event loop keeps its share of it. What is beyond
 * goes to another backend, waits in the queue, or is answered with 503.
 *
 * @param maxConnections 1 to 1,000,000
 * @param maxPending requests that wait for a connection, 0 to 1,000,000; 0: none waits
 * @param maxRequests requests and streams under way, 1 to 1,000,000; null: as many as the connections carry
 * @param maxRetries retries under way, 1 to 1,000,000; null: as many as {@link Retries#budgetPercent} allows
 * @param maxRequestsPerConnection after so many requests a connection is closed in order, 1 to 1,000,000,000; null: never
 */
public record CircuitBreaker(
        int maxConnections,
        int maxPending,
        @Nullable Integer maxRequests,
        @Nullable Integer maxRetries,
        @Nullable Integer maxRequestsPerConnection) {
    private static final int MAX = 1_000_000;

    public static final CircuitBreaker DEFAULT = new CircuitBreaker(8_192, 1_024, null, null, null);

    public CircuitBreaker {
        Require.inRange("circuitBreaker.maxConnections", maxConnections, 1, MAX);
        Require.inRange("circuitBreaker.maxPending", maxPending, 0, MAX);
        optional("maxRequests", maxRequests, MAX);
        optional("maxRetries", maxRetries, MAX);
        optional("maxRequestsPerConnection", maxRequestsPerConnection, 1_000_000_000);
    }

    private static void optional(String field, @Nullable Integer value, int max) {
        if (value != null) {
            Require.inRange("circuitBreaker." + field, value, 1, max);
        }
    }
}
