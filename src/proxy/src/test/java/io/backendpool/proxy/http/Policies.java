package io.backendpool.proxy.http;

import io.backendpool.pool.CircuitBreaker;
import io.backendpool.pool.ClientLimits;
import io.backendpool.pool.HttpSettings;
import io.backendpool.pool.Retries;
import io.backendpool.pool.StatusRange;
import io.backendpool.pool.Timeouts;
import io.backendpool.pool.TrafficPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Policies that differ from the usual one in one respect. */
public final class Policies {
    static final Duration SHORT = Duration.ofMillis(200);
    static final Duration LONG = Duration.ofSeconds(60);

    private Policies() {}

    static TrafficPolicy with(Timeouts timeouts) {
        TrafficPolicy usual = TrafficPolicy.DEFAULT;
        return new TrafficPolicy(timeouts, usual.retries(), usual.circuitBreaker(), usual.limits(), usual.http());
    }

    static TrafficPolicy with(Retries retries) {
        TrafficPolicy usual = TrafficPolicy.DEFAULT;
        return new TrafficPolicy(usual.timeouts(), retries, usual.circuitBreaker(), usual.limits(), usual.http());
    }

    static TrafficPolicy with(CircuitBreaker breaker, Duration queue) {
        TrafficPolicy usual = TrafficPolicy.DEFAULT;
        Timeouts timeouts = timeouts(LONG, LONG, LONG, LONG, queue);
        return new TrafficPolicy(timeouts, usual.retries(), breaker, usual.limits(), usual.http());
    }

    /** What waits for a connection waits for long. */
    public static TrafficPolicy with(CircuitBreaker breaker, int headBytes) {
        TrafficPolicy usual = TrafficPolicy.DEFAULT;
        Timeouts timeouts = timeouts(LONG, LONG, LONG, LONG, LONG);
        ClientLimits limits = new ClientLimits(usual.limits().connections(), null, headBytes);
        return new TrafficPolicy(timeouts, usual.retries(), breaker, limits, usual.http());
    }

    static TrafficPolicy with(ClientLimits limits) {
        TrafficPolicy usual = TrafficPolicy.DEFAULT;
        return new TrafficPolicy(usual.timeouts(), usual.retries(), usual.circuitBreaker(), limits, usual.http());
    }

    public static TrafficPolicy with(HttpSettings http) {
        TrafficPolicy usual = TrafficPolicy.DEFAULT;
        return new TrafficPolicy(usual.timeouts(), usual.retries(), usual.circuitBreaker(), usual.limits(), http);
    }

    /** A backend has {@code request} to begin its answer. */
    public static TrafficPolicy impatient(Duration request) {
        return with(timeouts(LONG, request, LONG, LONG, LONG));
    }

    static Timeouts timeouts(Duration head, Duration request, Duration idle, Duration stream, Duration queue) {
        return new Timeouts(LONG, head, request, idle, stream, queue);
    }

    static Retries retries(int attempts, Set<Retries.On> on, @Nullable Duration perTry, int... statuses) {
        List<StatusRange> ranges = java.util.Arrays.stream(statuses)
                .mapToObj(status -> new StatusRange(status, status))
                .toList();
        return new Retries(attempts, on, ranges, perTry, 100);
    }

    public static CircuitBreaker connections(int maxConnections, int maxPending) {
        return new CircuitBreaker(maxConnections, maxPending, null, null, null);
    }
}
