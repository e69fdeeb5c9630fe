package io.backendpool.operator.pools;

import io.backendpool.operator.translate.PoolSpec;
import io.backendpool.pool.PoolId;
import java.util.List;

/** Takes what a {@link PoolSource} finds. Thread-safe; calls of one source take effect in their order. */
public interface PoolSink {
    /** The pool is wanted like this from now on. */
    void upsert(PoolSpec spec);

    /** The pool is not wanted any more. */
    void remove(PoolId pool);

    /**
     * What is wrong with the newest wish for a pool that goes on as it was.
     *
     * @param problems one sentence each; empty: nothing any more
     */
    void problems(PoolId pool, List<String> problems);
}
