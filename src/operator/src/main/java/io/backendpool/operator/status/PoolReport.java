package io.backendpool.operator.status;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the proxies of a pool say, as one: exact figures of this moment. The status shows them smoothed, the live table as
 * they are.
 *
 * @param backends one for each backend of the published snapshot, the worst first
 * @param ready proxies that take traffic
 * @param synced proxies that have acknowledged the published revision
 * @param connected proxies with an open stream
 * @param behindSince when the oldest change was published that a connected proxy has not acknowledged; null: none
 * @param windowRequests requests of all proxies in their window
 * @param requestsPerSecond of all proxies together
 * @param p99Millis of the slowest proxy, since percentiles cannot be added; 0: no requests
 */
public record PoolReport(
        List<Line> backends,
        int ready,
        int synced,
        int connected,
        @Nullable Instant behindSince,
        long windowRequests,
        double requestsPerSecond,
        double p99Millis) {
    public PoolReport {
        backends = List.copyOf(backends);
    }

    /**
     * One backend.
     *
     * @param key who
     * @param origin the DNS name or the pod that the address came from
     * @param state the opinion of most proxies; of two opinions held by as many, the worse
     * @param reason why, in the words of a proxy of that opinion
     * @param since when the first of them came to it; null: no proxy has reported
     * @param declaredWeight its part of its group's weight were all of the group healthy
     * @param effectiveWeight its part now, the mean over the proxies that report it
     * @param share of the window's requests, 0 to 1; NaN: there were none
     * @param agreeing proxies of the opinion
     * @param reporting proxies that report the backend
     */
    public record Line(
            BackendKey key,
            @Nullable String origin,
            HealthState state,
            String reason,
            @Nullable Instant since,
            double declaredWeight,
            double effectiveWeight,
            double share,
            int agreeing,
            int reporting) {}

    /** How many backends are in {@code state}. */
    public int count(HealthState state) {
        return (int) backends.stream().filter(line -> line.state() == state).count();
    }
}
