package io.backendpool.proxy;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.PoolSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * What a manifest can ask for and this version of the data plane does not do. Such a pool is refused in words and the last
 * good one goes on: better than traffic that is treated in another way than its owner believes. Pure; any thread.
 */
final class Unserved {
    private Unserved() {}

    /** The first such thing of {@code snapshot}, in one sentence; null: there is none. */
    static @Nullable String of(PoolSnapshot snapshot) {
        HealthCheck check = snapshot.healthCheck();
        String refusal = check == null ? null : healthCheck(check);
        if (refusal != null) {
            return refusal;
        }
        for (BackendGroup group : snapshot.groups()) {
            if (!group.protocol().isHttp2()) {
                continue;
            }
            if (group.proxyProtocol() != BackendGroup.ProxyProtocol.NONE) {
                return "backends[%s].proxyProtocol: %s with protocol %s (expected: absent, for its connections are shared by clients)"
                        .formatted(group.name(), group.proxyProtocol(), group.protocol());
            }
            if (check != null && check.probe() instanceof HealthCheck.HttpProbe) {
                return "healthCheck.http: speaks HTTP/1.1, and backends[%s] speak %s (expected: healthCheck.tcp)"
                        .formatted(group.name(), group.protocol());
            }
        }
        return null;
    }

    private static @Nullable String healthCheck(HealthCheck check) {
        if (!check.unhealthyInterval().equals(check.interval())) {
            return notYet("healthCheck.unhealthyInterval: " + check.unhealthyInterval(), "absent");
        }
        if (check.jitterPercent() != HealthCheck.DEFAULT_JITTER_PERCENT) {
            return notYet("healthCheck.jitterPercent: " + check.jitterPercent(), "absent");
        }
        if (check.agent() != null) {
            return notYet("healthCheck.agent: present", "absent");
        }
        return switch (check.probe()) {
            case HealthCheck.HttpProbe http ->
                http.method() == HealthCheck.HttpProbe.Method.GET
                                && http.headers().isEmpty()
                                && http.body() == null
                        ? null
                        : notYet("healthCheck.http: with method, headers or body", "none of them");
            case HealthCheck.TcpProbe(String send, String expect) ->
                send == null && expect == null ? null : notYet("healthCheck.tcp: with send or expect", "neither");
            case HealthCheck.GrpcProbe grpc -> notYet("healthCheck.grpc: present", "http or tcp");
            case HealthCheck.TlsProbe() -> notYet("healthCheck.tls: present", "http or tcp");
        };
    }

    private static String notYet(String found, String expected) {
        return "%s (expected: %s; this version of the proxy cannot do it)".formatted(found, expected);
    }
}
