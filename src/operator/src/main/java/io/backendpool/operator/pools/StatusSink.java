package io.backendpool.operator.pools;

import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.pool.PoolId;
import org.jspecify.annotations.Nullable;

/** Where status goes: files, or the resource. Called on the keeper's thread, for one pool at most once a second. */
public interface StatusSink {
    /** Puts {@code status} in place of what was there. A failure is logged by the sink and hurts nothing else. */
    void write(PoolId pool, BackendPoolStatus status);

    /** What was there before this operator started, so that transition times outlive it; null: nothing is known. */
    default @Nullable BackendPoolStatus last(PoolId pool) {
        return null;
    }

    /**
     * Whether {@link #last} is there still for whoever reads it, so that the same needs not be written once more; false:
     * somebody waits for the first word.
     */
    default boolean keepsLast() {
        return false;
    }

    /** The pool is gone. */
    void forget(PoolId pool);
}
