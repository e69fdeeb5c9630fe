package io.backendpool.proxy.admin;

import io.backendpool.control.ProxyStatus;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.health.AgentState;
import io.backendpool.proxy.control.ControlState;
import io.backendpool.proxy.traffic.TrafficTotals;
import io.backendpool.proxy.upstream.LivePool;
import java.time.Instant;
import java.util.List;
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
 * @param probes since the start
 * @param agents what the agents of the backends of {@code live} want, in its order; empty: the pool asks none
 */
public record ProxyView(
        Identity identity,
        @Nullable String notReady,
        @Nullable LivePool live,
        ProxyStatus status,
        ControlState control,
        TrafficTotals totals,
        AccessLogCounts accessLog,
        ProbeCounts probes,
        List<AgentState> agents) {
    public ProxyView {
        agents = List.copyOf(agents);
    }

    /**
     * How probes and agents answered, since the start.
     *
     * @param succeeded probes
     * @param failed probes
     * @param understood lines of agents
     * @param rubbish lines of agents that could not be understood, and changed nothing
     * @param silent times that an agent was asked and said nothing, which changed nothing either
     */
    public record ProbeCounts(long succeeded, long failed, long understood, long rubbish, long silent) {}

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
