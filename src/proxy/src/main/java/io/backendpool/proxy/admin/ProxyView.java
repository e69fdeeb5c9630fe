package io.backendpool.proxy.admin;

import io.backendpool.control.ProxyStatus;
import io.backendpool.pool.PoolId;
import io.backendpool.proxy.control.ControlState;
import io.backendpool.proxy.traffic.TrafficTotals;
import io.backendpool.proxy.upstream.LivePool;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * All that the admin port shows, at one moment.
 *
 * @param identity what does not change while the process lives
 * @param notReady why the proxy takes no traffic, one sentence; null: it does
 * @param live the pool that is served; null: none yet
 * @param status per backend of {@code live}, in its order, and traffic
 * @param control how the control channel stands
 * @param totals counters since the start
 * @param accessLog lines since the start
 * @param probesSucceeded since the start
 * @param probesFailed since the start
 */
public record ProxyView(
        Identity identity,
        @Nullable String notReady,
        @Nullable LivePool live,
        ProxyStatus status,
        ControlState control,
        TrafficTotals totals,
        AccessLogCounts accessLog,
        long probesSucceeded,
        long probesFailed) {

    /**
     * What became of the lines of the access log, since the start.
     *
     * @param written to its target
     * @param dropped because its writer could not follow
     */
    public record AccessLogCounts(long written, long dropped) {}

    /**
     * What does not change while the process lives.
     *
     * @param pool whose proxy this is
     * @param proxy its name
     * @param version of the software
     * @param transport how sockets are driven: {@code epoll}
     * @param tls what does TLS: {@code boringssl}
     * @param eventLoops that carry traffic
     * @param started when
     */
    public record Identity(
            PoolId pool, String proxy, String version, String transport, String tls, int eventLoops, Instant started) {}
}
