package io.backendpool.operator.control;

import io.backendpool.control.Revision;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the last revision of each pool over the operator's restarts, so that numbers only grow. Any thread; calls for
 * one pool do not overlap.
 */
public interface RevisionStore {
    /** The newest revision that was saved for {@code pool}, or null where there is none that can be read. */
    @Nullable
    Revision last(PoolId pool);

    /** Remembers {@code revision} before it is sent to any proxy. */
    void save(PoolId pool, Revision revision) throws IOException;
}
