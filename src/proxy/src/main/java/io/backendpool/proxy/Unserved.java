package io.backendpool.proxy;

import io.backendpool.pool.BackendGroup;
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
        for (BackendGroup group : snapshot.groups()) {
            if (group.protocol().isHttp2() && group.proxyProtocol() != BackendGroup.ProxyProtocol.NONE) {
                return "backends[%s].proxyProtocol: %s with protocol %s (expected: absent, for its connections are shared by clients)"
                        .formatted(group.name(), group.proxyProtocol(), group.protocol());
            }
        }
        return null;
    }
}
