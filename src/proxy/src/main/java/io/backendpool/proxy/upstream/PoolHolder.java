package io.backendpool.proxy.upstream;

import org.jspecify.annotations.Nullable;

/**
 * Where the live pool is handed to the event loops: one volatile write on a change, one volatile read per request. Each
 * loop compares the reference with the one it has built its picker from.
 */
public final class PoolHolder {
    private volatile @Nullable LivePool current;

    /** The live pool; null before the first. Any thread. */
    public @Nullable LivePool current() {
        return current;
    }

    /** Makes {@code next} live for the requests that start after this. One writer. */
    public void publish(LivePool next) {
        current = next;
    }
}
