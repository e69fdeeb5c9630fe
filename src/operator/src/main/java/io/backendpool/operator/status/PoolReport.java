package io.backendpool.operator.status;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.PoolMode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the proxies of a pool say, as one: exact figures of this moment. The status shows them smoothed, the live table as
 * they are.
 *
 * @param backends one for each backend of the published snapshot, the worst first
 * @param balancing by what rule most proxies share traffic; null: none has said
 * @param notes what else proxies say of how weights come about, each once
 * @param ready proxies that take traffic
 * @param synced proxies that have acknowledged the published revision
 * @param connected proxies with an open stream
 * @param behindSince when the oldest change was published that a connected proxy has not acknowledged; null: none
 * @param windowRequests requests of all proxies in their window
 * @param minuteRequests requests that all proxies sent to backends in the last minute
 * @param requestsPerSecond of all proxies together
 * @param p99Millis of the slowest proxy, since percentiles cannot be added; 0: no requests
 */
public record PoolReport(
        List<Line> backends,
        @Nullable Balancing balancing,
        List<String> notes,
        int ready,
        int synced,
        int connected,
        @Nullable Instant behindSince,
        long windowRequests,
        long minuteRequests,
        double requestsPerSecond,
        double p99Millis) {
    public PoolReport {
        backends = List.copyOf(backends);
        notes = List.copyOf(notes);
    }

    /**
     * The rule that traffic is shared by.
     *
     * @param mode that of most proxies; of two of as many, the worse
     * @param agreeing proxies that go by the same rule and priority
     * @param reporting proxies that say
     */
    public record Balancing(PoolMode mode, int agreeing, int reporting) {}

    /**
     * One backend.
     *
     * @param key who
     * @param origin the DNS name or the pod that the address came from
     * @param state the opinion of most proxies; of two opinions held by as many, the worse
     * @param reason why, in the words of a proxy of that opinion
     * @param since when the first of them came to it; null: no proxy has reported
     * @param declaredWeight its part of its group's weight were all of the group healthy
     * @param override what an override says of it or of its group; null: none does
     * @param effectiveWeight its part now, the mean over the proxies that report it
     * @param share of the last minute's requests, 0 to 1; NaN: there were none
     * @param adaptation how its weight is adapted and why, in the words of a proxy; empty: it is not
     * @param leaving the platform is ending it
     * @param starting the platform has not called it ready yet, as far as any proxy knows
     * @param drain what it has left; null: it does not drain
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
            @Nullable String override,
            double effectiveWeight,
            double share,
            String adaptation,
            boolean leaving,
            boolean starting,
            @Nullable Drain drain,
            int agreeing,
            int reporting) {}

    /**
     * What a backend that drains has left, of all proxies together.
     *
     * @param open requests, WebSockets, TCP connections and UDP flows under way
     * @param recent requests and connections that it got in the window
     * @param until when the drain ends by itself; null: it does not, or nobody says
     */
    public record Drain(long open, long recent, @Nullable Instant until) {}

    /** How many backends are healthy, warming ones included. */
    public int healthy() {
        return count(HealthState.HEALTHY) + count(HealthState.WARMING);
    }

    /**
     * Of how many backends health is expected, as in docs/adr/0038-what-counts-as-lost.md: not of those that drain or that
     * the platform ends, nor of those that it starts or that no probe has answered for while others are healthy. So a rollout
     * of backends is no trouble.
     */
    public int expected() {
        boolean someAreHealthy = healthy() > 0;
        return (int) backends.stream()
                .filter(line -> switch (line.state()) {
                    case DRAINING -> false;
                    case UNKNOWN -> !someAreHealthy && !line.leaving();
                    case UNHEALTHY, EJECTED -> !line.leaving() && !(someAreHealthy && line.starting());
                    case WARMING, HEALTHY -> true;
                })
                .count();
    }

    /** How many backends are in {@code state}. */
    public int count(HealthState state) {
        return (int) backends.stream().filter(line -> line.state() == state).count();
    }
}
