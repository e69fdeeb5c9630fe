package io.backendpool.proxy;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.Listener;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.TrafficPolicy;
import org.jspecify.annotations.Nullable;

/**
 * What a manifest can ask for and this version of the data plane does not do. Such a pool is refused in words and the last
 * good one goes on: better than traffic that is treated in another way than its owner believes. Pure; any thread.
 */
final class Unserved {
    private Unserved() {}

    /** The first such thing of {@code snapshot}, in one sentence; null: there is none. */
    static @Nullable String of(PoolSnapshot snapshot) {
        for (Listener listener : snapshot.listeners()) {
            String field = "listeners[" + listener.name() + "]";
            if (!listener.protocol().isHttp()) {
                return field + ".protocol: " + listener.protocol()
                        + " is not served by this version yet (expected: HTTP or HTTPS)";
            }
            if (!listener.proxyProtocolFrom().isEmpty()) {
                return field + ".proxyProtocol: is not read by this version yet (expected: absent)";
            }
        }
        for (BackendGroup group : snapshot.groups()) {
            String field = "backends[" + group.name() + "]";
            if (group.protocol().isHttp2()) {
                return field + ".protocol: " + group.protocol()
                        + " is not spoken by this version yet (expected: HTTP or HTTPS)";
            }
            if (group.proxyProtocol() != BackendGroup.ProxyProtocol.NONE) {
                return field + ".proxyProtocol: is not sent by this version yet (expected: absent)";
            }
        }
        return policy(snapshot.traffic());
    }

    private static @Nullable String policy(TrafficPolicy traffic) {
        TrafficPolicy usual = TrafficPolicy.DEFAULT;
        String field = !traffic.timeouts().equals(usual.timeouts())
                ? "timeouts"
                : !traffic.retries().equals(usual.retries())
                        ? "retries"
                        : !traffic.circuitBreaker().equals(usual.circuitBreaker())
                                ? "circuitBreaker"
                                : !traffic.limits().equals(usual.limits())
                                        ? "limits"
                                        : !traffic.http().equals(usual.http()) ? "http" : null;
        return field == null ? null : field + ": is not obeyed by this version yet (expected: absent)";
    }
}
