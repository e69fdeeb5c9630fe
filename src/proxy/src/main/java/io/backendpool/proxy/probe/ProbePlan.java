package io.backendpool.proxy.probe;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendGroup.ProxyProtocol;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.HealthCheck.Agent;
import io.backendpool.pool.HealthCheck.BodyMatch;
import io.backendpool.pool.HealthCheck.GrpcProbe;
import io.backendpool.pool.HealthCheck.HttpProbe;
import io.backendpool.pool.HealthCheck.Probe;
import io.backendpool.pool.HealthCheck.TcpProbe;
import io.backendpool.pool.HealthCheck.TlsProbe;
import io.backendpool.proxy.tls.BackendTls;
import io.backendpool.proxy.tls.TlsEngine;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A health check made ready for the groups of a pool: what is to be asked of each backend, and in what. Immutable; any
 * thread.
 */
final class ProbePlan {
    /**
     * How the backends of one group are probed. Two that are equal ask the same.
     *
     * @param protocol what the group speaks
     * @param tls what it is spoken in; null: plain text
     * @param header what connections to the backends' own port begin with
     */
    record Way(
            HealthCheck check,
            BackendGroup.Protocol protocol,
            @Nullable BackendTls tls,
            ProxyProtocol header) {}

    private final Map<String, Way> ways;
    private final Map<String, BackendTls> unverified;
    private final @Nullable BodyPattern pattern;

    private ProbePlan(Map<String, Way> ways, Map<String, BackendTls> unverified, @Nullable BodyPattern pattern) {
        this.ways = ways;
        this.unverified = unverified;
        this.pattern = pattern;
    }

    /** Asks nothing. */
    static final ProbePlan NONE = new ProbePlan(Map.of(), Map.of(), null);

    /** Why {@code check} cannot be carried out, in one sentence; null: it can. */
    static @Nullable String refusal(HealthCheck check) {
        return switch (check.probe()) {
            case HttpProbe http -> {
                BodyMatch body = http.body();
                String request = HttpRequestText.refusal(http);
                yield request != null || body == null ? request : BodyPattern.refusal(body);
            }
            case TcpProbe tcp -> null;
            case GrpcProbe grpc -> {
                String authority = grpc.authority();
                yield authority == null
                        ? null
                        : HttpRequestText.authorityRefusal("healthCheck.grpc.authority", authority);
            }
            case TlsProbe secure -> null;
        };
    }

    /**
     * The plan for {@code groups}.
     *
     * @param check one without a {@link #refusal}; null: nothing is asked
     * @param tls of the groups that have it, by their names
     * @param before the plan that this one follows, from which is kept what is expensive
     */
    static ProbePlan of(
            @Nullable HealthCheck check, List<BackendGroup> groups, Map<String, BackendTls> tls, ProbePlan before) {
        if (check == null) {
            return NONE;
        }
        Map<String, Way> ways = new HashMap<>();
        Map<String, BackendTls> unverified = new HashMap<>();
        for (BackendGroup group : groups) {
            BackendTls own = tls.get(group.name());
            if (own == null && check.probe() instanceof TlsProbe) {
                String name = exactName(group);
                String key = String.valueOf(name);
                BackendTls known = before.unverified.get(key);
                own = unverified.computeIfAbsent(
                        key, missing -> known == null ? BackendTls.unverified(name, TlsEngine.best()) : known);
            }
            ways.put(group.name(), new Way(check, group.protocol(), own, group.proxyProtocol()));
        }
        BodyMatch body = check.probe() instanceof HttpProbe http ? http.body() : null;
        return new ProbePlan(Map.copyOf(ways), Map.copyOf(unverified), body == null ? null : BodyPattern.of(body));
    }

    /** What a backend of TLS that is passed through answers to. */
    private static @Nullable String exactName(BackendGroup group) {
        for (String name : group.serverNames()) {
            if (!name.startsWith("*")) {
                return name;
            }
        }
        return null;
    }

    /** How backends of {@code group} are probed; null: they are not. */
    @Nullable
    Way way(String group) {
        return ways.get(group);
    }

    /** The probe of {@code backend}, by the way of its group. */
    Inquiry<ProbeResult> probe(BackendKey backend, Way way) {
        HealthCheck check = way.check();
        int port = Objects.requireNonNullElse(check.port(), backend.port());
        InetSocketAddress address = address(backend, port);
        Supplier<Conversation<ProbeResult>> conversation = conversation(check.probe(), way, Inquiry.text(address));
        return new Inquiry<>(
                address,
                // A port for checks alone is not one where clients are told of.
                port == backend.port() ? way.header() : ProxyProtocol.NONE,
                security(check.probe(), way),
                check.timeout(),
                conversation);
    }

    private Supplier<Conversation<ProbeResult>> conversation(Probe probe, Way way, String address) {
        String scheme = way.tls() == null ? "http" : "https";
        return switch (probe) {
            case HttpProbe http ->
                way.protocol().isHttp2()
                        ? () -> new Http2Conversation(new HttpExchange(http, scheme, address, pattern))
                        : () -> new HttpConversation(http, address, pattern);
            case TcpProbe tcp -> {
                TcpConversation same = new TcpConversation(tcp.sendBytes(), tcp.expectBytes());
                yield () -> same;
            }
            case GrpcProbe grpc -> () -> new Http2Conversation(new GrpcExchange(grpc, scheme, address));
            case TlsProbe secure -> TlsConversation::new;
        };
    }

    private static Inquiry.@Nullable Security security(Probe probe, Way way) {
        BackendTls tls = way.tls();
        if (tls == null) {
            return null;
        }
        return switch (probe) {
            case HttpProbe http -> new Inquiry.Security(tls, BackendTls.Offer.TRAFFIC);
            case GrpcProbe grpc -> new Inquiry.Security(tls, BackendTls.Offer.HTTP_2);
            case TlsProbe secure -> new Inquiry.Security(tls, BackendTls.Offer.TRAFFIC);
            case TcpProbe tcp ->
                // One that only connects is no matter of TLS; what is said is said as the traffic is.
                tcp.send() == null && tcp.expect() == null ? null : new Inquiry.Security(tls, BackendTls.Offer.TRAFFIC);
        };
    }

    /** What is asked of {@code backend}'s agent. */
    static Inquiry<AgentReport> agent(BackendKey backend, Agent agent) {
        return new Inquiry<>(
                address(backend, agent.port()), ProxyProtocol.NONE, null, agent.timeout(), AgentConversation::new);
    }

    private static InetSocketAddress address(BackendKey backend, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(backend.host()), port);
    }
}
