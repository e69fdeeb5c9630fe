package io.backendpool.operator.cluster;

import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import org.jspecify.annotations.Nullable;

/** An informer, and why the API server does not let it read, where it does not. Any thread. */
final class Watched<T> implements AutoCloseable {
    private final SharedIndexInformer<T> informer;
    private volatile @Nullable String refusal;

    Watched(SharedIndexInformer<T> informer) {
        this.informer = informer;
    }

    /** The API server said {@code sentence} instead of listing or watching. */
    void refused(String sentence) {
        refusal = sentence;
    }

    /** The API server's sentence on the right that is missing; null: it is read. */
    @Nullable
    String refusal() {
        return informer.isWatching() ? null : refusal;
    }

    /** All that there was has been seen. */
    boolean hasSynced() {
        return informer.hasSynced();
    }

    /** There is nothing to wait for: all has been seen, or may not be. */
    boolean isSettled() {
        return hasSynced() || refusal() != null;
    }

    @Override
    public void close() {
        informer.close();
    }
}
