package io.backendpool.proxy.upstream;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.health.FailureKind;
import org.jspecify.annotations.Nullable;

/**
 * Where the live pool is handed to the event loops: one volatile write on a change, one volatile read per request. Each
 * loop compares the reference with the one it has built its picker from.
 */
public final class PoolHolder {
    /** Is told when a backend has failed as often in a row as its pool allows. */
    public interface RunListener {
        /** On the event loop that saw the last failure; once a run. */
        void onRun(BackendKey backend, FailureKind kind);
    }

    private volatile @Nullable LivePool current;
    private volatile RunListener runs = (backend, kind) -> {};

    /** The live pool; null before the first. Any thread. */
    public @Nullable LivePool current() {
        return current;
    }

    /** Makes {@code next} live for the requests that start after this. One writer. */
    public void publish(LivePool next) {
        current = next;
    }

    /** {@code listener} is told of runs of failures from now on. */
    public void onRuns(RunListener listener) {
        runs = listener;
    }

    void tellRun(BackendKey backend, FailureKind kind) {
        runs.onRun(backend, kind);
    }
}
