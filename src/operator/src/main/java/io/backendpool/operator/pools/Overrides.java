package io.backendpool.operator.pools;

import io.backendpool.operator.translate.OverrideSpec;
import io.backendpool.operator.translate.OverrideVerdict;
import io.backendpool.pool.PoolId;
import java.util.List;
import java.util.function.Consumer;

/** What is said against manifests. Thread-safe; no call waits for an API server or a disk. */
public interface Overrides {
    /** For where there are none. */
    Overrides NONE = new Overrides() {
        @Override
        public List<OverrideSpec> of(PoolId pool) {
            return List.of();
        }

        @Override
        public void onChange(Consumer<PoolId> listener) {}

        @Override
        public void judged(PoolId pool, List<OverrideVerdict> verdicts) {}
    };

    /** The overrides of {@code pool} as they are now, those that have expired included. */
    List<OverrideSpec> of(PoolId pool);

    /** {@code listener} is told of each pool whose {@link #of} may have changed. One; it must not block. */
    void onChange(Consumer<PoolId> listener);

    /** What came of the overrides of {@code pool}; told again only when it has changed. Must not block. */
    void judged(PoolId pool, List<OverrideVerdict> verdicts);
}
