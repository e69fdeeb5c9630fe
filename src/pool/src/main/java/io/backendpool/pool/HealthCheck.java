package io.backendpool.pool;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a proxy probes the backends of its pool.
 *
 * @param probe what is asked
 * @param port the port to probe, 1 to 65,535; null: the backend's own
 * @param interval from the start of one probe to the start of the next, at least 10 ms
 * @param timeout a probe that takes longer has failed; shorter than {@code interval}
 * @param healthyThreshold successes in a row that make an unhealthy backend healthy, 1 to 100
 * @param unhealthyThreshold failures in a row that make a healthy backend unhealthy, 1 to 100
 */
public record HealthCheck(
        Probe probe,
        @Nullable Integer port,
        Duration interval,
        Duration timeout,
        int healthyThreshold,
        int unhealthyThreshold) {

    /** What is asked of a backend. */
    public sealed interface Probe permits HttpProbe, TcpProbe {}

    /**
     * {@code GET path} over HTTP/1.1.
     *
     * @param path starts with '/'
     * @param host the Host field; null: the backend's address
     * @param expectedStatuses an answer in one of these ranges is a success; not empty
     */
    public record HttpProbe(String path, @Nullable String host, List<StatusRange> expectedStatuses) implements Probe {
        public HttpProbe {
            expectedStatuses = List.copyOf(expectedStatuses);
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException("healthCheck.http.path: " + path + " (expected: starts with '/')");
            }
            if (expectedStatuses.isEmpty()) {
                throw new IllegalArgumentException("healthCheck.http.expectedStatuses: [] (expected: one or more)");
            }
        }

        public boolean expects(int status) {
            for (StatusRange range : expectedStatuses) {
                if (range.contains(status)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** A TCP connection that is accepted is a success. */
    public record TcpProbe() implements Probe {}

    public HealthCheck {
        if (port != null) {
            Require.inRange("healthCheck.port", port, 1, 65_535);
        }
        if (interval.compareTo(Duration.ofMillis(10)) < 0) {
            throw new IllegalArgumentException("healthCheck.interval: " + interval + " (expected: at least 10ms)");
        }
        if (timeout.compareTo(interval) >= 0 || timeout.compareTo(Duration.ZERO) <= 0) {
            throw new IllegalArgumentException("healthCheck.timeout: " + timeout
                    + " (expected: above 0 and below the interval, " + interval + ")");
        }
        Require.inRange("healthCheck.healthyThreshold", healthyThreshold, 1, 100);
        Require.inRange("healthCheck.unhealthyThreshold", unhealthyThreshold, 1, 100);
    }
}
