package io.backendpool.pool;

import java.time.Duration;

/**
 * What a proxy waits for at most.
 *
 * @param connect for a connection to a backend, TLS included; then the next backend is tried
 * @param requestHead from the first byte of a request to the end of its head; then 408
 * @param request from the end of a request to the head of its response, all retries included; then 504
 * @param idle a client's connection without a request, or a UDP session without a datagram, ends after this
 * @param stream a body, a WebSocket or a TCP stream in which nothing moves ends after this
 * @param queue for a backend whose connections are all in use; then 503
 */
public record Timeouts(
        Duration connect, Duration requestHead, Duration request, Duration idle, Duration stream, Duration queue) {
    public static final Duration MAX = Duration.ofHours(24);

    public static final Timeouts DEFAULT = new Timeouts(
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofMinutes(5),
            Duration.ofSeconds(1));

    public Timeouts {
        require("connect", connect);
        require("requestHead", requestHead);
        require("request", request);
        require("idle", idle);
        require("stream", stream);
        require("queue", queue);
    }

    private static void require(String field, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(MAX) > 0) {
            throw new IllegalArgumentException("timeouts." + field + ": " + value + " (expected: 1ms to 24h)");
        }
    }
}
