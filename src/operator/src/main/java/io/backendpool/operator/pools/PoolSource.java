package io.backendpool.operator.pools;

/** Where pools come from: files, or an API server. */
public interface PoolSource extends AutoCloseable {
    /** Tells {@code sink} of all pools that there are, and then of every change until {@link #close}. */
    void start(PoolSink sink);

    /** No more calls to the sink follow. */
    @Override
    void close();
}
