package io.backendpool.operator.control;

import java.time.Duration;

/**
 * Where the operator listens for its proxies, and the limits of that listener.
 *
 * @param host address to bind, a literal or a name of this host
 * @param port 0 to 65,535; 0: any free one, see {@link ControlServer#port()}
 * @param helloTimeout a stream that says no Hello in this time is closed
 * @param ackTimeout a revision that is not acknowledged in this time is logged; in three times this time the stream is
 *     reset, so that the proxy dials again
 * @param keepaliveInterval a silent connection is pinged after this time, at least 1 s
 * @param keepaliveTimeout an unanswered ping ends the connection after this time
 * @param maxMessageBytes the longest message accepted from a proxy
 * @param maxProxiesPerPool streams of one pool at a time
 * @param seats how long the seats of a pool with subsets wait for its proxies
 */
public record ControlServerConfig(
        String host,
        int port,
        Duration helloTimeout,
        Duration ackTimeout,
        Duration keepaliveInterval,
        Duration keepaliveTimeout,
        int maxMessageBytes,
        int maxProxiesPerPool,
        SeatTimes seats) {

    public ControlServerConfig {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("control.port: " + port + " (expected: 0 to 65,535)");
        }
        requirePositive("control.helloTimeout", helloTimeout);
        requirePositive("control.ackTimeout", ackTimeout);
        requirePositive("control.keepaliveInterval", keepaliveInterval);
        requirePositive("control.keepaliveTimeout", keepaliveTimeout);
        if (maxMessageBytes < 1024) {
            throw new IllegalArgumentException(
                    "control.maxMessageBytes: " + maxMessageBytes + " (expected: 1,024 or more)");
        }
        if (maxProxiesPerPool < 1) {
            throw new IllegalArgumentException(
                    "control.maxProxiesPerPool: " + maxProxiesPerPool + " (expected: 1 or more)");
        }
    }

    /** The usual limits: 5 s for a Hello, 10 s for an acknowledgement, dead peers noticed in 10 s. */
    public static ControlServerConfig on(String host, int port) {
        return new ControlServerConfig(
                host,
                port,
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                16 << 20,
                1_000,
                SeatTimes.USUAL);
    }

    private static void requirePositive(String field, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException(field + ": " + value + " (expected: above 0)");
        }
    }
}
