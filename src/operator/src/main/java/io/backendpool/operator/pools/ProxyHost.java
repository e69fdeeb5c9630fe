package io.backendpool.operator.pools;

import io.backendpool.operator.translate.PoolSpec;
import io.backendpool.pool.PoolId;
import java.util.List;
import java.util.function.Consumer;

/** Where proxies run: child processes, or Deployments. Thread-safe; no call waits for a proxy. */
public interface ProxyHost {
    /** Sees to it that the pool's proxies run, and go on running. May be called again for a changed spec. */
    void run(PoolSpec spec);

    /** Stops the pool's proxies; they drain first. */
    void stop(PoolId pool);

    /** How it stands with the pool's proxies. */
    State state(PoolId pool);

    /** {@code listener} is told of each pool whose {@link #state} has changed. One listener; it must not block. */
    void onChange(Consumer<PoolId> listener);

    /**
     * How it stands with the proxies of a pool.
     *
     * @param desired how many there should be
     * @param address where clients reach them; empty: not known
     * @param selector the label selector of their pods; empty: they are no pods
     * @param problems one sentence for each proxy that does not run as it should
     */
    record State(int desired, String address, String selector, List<String> problems) {
        public State {
            problems = List.copyOf(problems);
        }
    }
}
