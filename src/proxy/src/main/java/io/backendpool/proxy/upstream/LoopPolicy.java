package io.backendpool.proxy.upstream;

import io.backendpool.pool.CircuitBreaker;
import io.backendpool.pool.ClientLimits;
import io.backendpool.pool.HttpSettings;
import io.backendpool.pool.Retries;
import io.backendpool.pool.Timeouts;
import io.backendpool.pool.TrafficPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A pool's {@link TrafficPolicy} in the form in which one event loop obeys it: waits as ticks of {@value #TICK_MILLIS} ms,
 * and of each limit this loop's share. Compiled once for each policy, so that a request pays for comparing integers only.
 * Immutable.
 *
 * @param source what it was compiled from
 * @param connectMillis for a connection to a backend
 * @param requestHeadTicks from the first byte of a request to the end of its head
 * @param requestTicks from the end of a request to the head of its response
 * @param idleTicks a client's connection without a request
 * @param streamTicks a body in which nothing moves
 * @param queueTicks for a backend that has room
 * @param tryTicks from the end of the request to the head of the response, of one try; 0: no limit of its own
 * @param upstreamIdleTicks an unused connection to a backend
 * @param lingerTicks a client that was refused
 * @param drainTicks what a backend that left the pool may still take for what it has
 * @param retriesStatuses whether {@code retries.statuses} names any
 * @param maxConnections per backend
 * @param maxPending per backend
 * @param maxRequests per backend
 * @param maxRetries per backend
 * @param maxRequestsPerConnection then it is closed
 */
public record LoopPolicy(
        TrafficPolicy source,
        int connectMillis,
        int requestHeadTicks,
        int requestTicks,
        int idleTicks,
        int streamTicks,
        int queueTicks,
        int tryTicks,
        int upstreamIdleTicks,
        int lingerTicks,
        int drainTicks,
        boolean retriesStatuses,
        int maxConnections,
        int maxPending,
        int maxRequests,
        int maxRetries,
        int maxRequestsPerConnection) {
    /** How often waits are looked at: each that is a multiple of it ends up to this much late. */
    public static final int TICK_MILLIS = 100;

    static LoopPolicy of(TrafficPolicy source, ProxyLimits limits, LoopShare share) {
        Timeouts timeouts = source.timeouts();
        CircuitBreaker breaker = source.circuitBreaker();
        Duration perTry = source.retries().perTryTimeout();
        return new LoopPolicy(
                source,
                Math.clamp(timeouts.connect().toMillis(), 1, Integer.MAX_VALUE),
                ticks(timeouts.requestHead()),
                ticks(timeouts.request()),
                ticks(timeouts.idle()),
                ticks(timeouts.stream()),
                ticks(timeouts.queue()),
                perTry == null ? 0 : ticks(perTry),
                ticks(limits.upstreamIdleTimeout()),
                ticks(limits.lingerTimeout()),
                ticks(limits.drainDeadline()),
                !source.retries().statuses().isEmpty(),
                share.of(breaker.maxConnections()),
                share.of(breaker.maxPending()),
                orUnlimited(breaker.maxRequests(), share),
                orUnlimited(breaker.maxRetries(), share),
                breaker.maxRequestsPerConnection() == null ? Integer.MAX_VALUE : breaker.maxRequestsPerConnection());
    }

    private static int orUnlimited(@Nullable Integer limit, LoopShare share) {
        return limit == null ? Integer.MAX_VALUE : share.of(limit);
    }

    /** As {@link #ticks(long)}. */
    public static int ticks(Duration wait) {
        return ticks(wait.plusNanos(999_999).toMillis());
    }

    /**
     * The ticks that must have passed since the one in which a wait of {@code millis} began, and then one more: a wait begins
     * within a tick and ends with one, so it lasts no less than it should, and not two ticks longer.
     */
    public static int ticks(long millis) {
        return Math.clamp(Math.ceilDiv(millis, TICK_MILLIS), 1, Integer.MAX_VALUE / 2);
    }

    public Retries retries() {
        return source.retries();
    }

    public ClientLimits clients() {
        return source.limits();
    }

    public HttpSettings http() {
        return source.http();
    }

    /** Of a request's or a response's head, and of its trailers. */
    public int headBytes() {
        return source.limits().headBytes();
    }
}
