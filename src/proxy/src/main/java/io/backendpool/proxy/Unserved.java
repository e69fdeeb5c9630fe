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
            String field = "backends[" + group.name() + "]";
            if (group.protocol().isHttp2()) {
                return field + ".protocol: " + group.protocol()
                        + " is not spoken by this version yet (expected: HTTP or HTTPS)";
            }
        }
        return null;
    }
}
