package io.backendpool.operator.cluster;

import io.backendpool.operator.pools.ProxyHost;
import io.backendpool.operator.resources.ProxyLabels;
import io.backendpool.operator.translate.PoolSpec;
import io.backendpool.pool.PoolId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Proxies of Deployments: the reconciler sees to the objects, kubelets run the pods; this knows how it stands with them.
 * Any thread.
 */
final class ClusterProxyHost implements ProxyHost {
    private static final State NOTHING = new State(0, "", "", List.of());

    private final Map<PoolId, State> states = new ConcurrentHashMap<>();
    private final Function<PoolId, String> lastAddress;
    private volatile Consumer<PoolId> listener = pool -> {};
    private volatile Consumer<PoolId> stopped = pool -> {};

    /**
     * @param lastAddress what the operator before this one found to be the pool's address, or empty: a status that is
     *     written before this one has looked must not take it away
     */
    ClusterProxyHost(Function<PoolId, String> lastAddress) {
        this.lastAddress = lastAddress;
    }

    @Override
    public void run(PoolSpec spec) {
        String last = states.containsKey(spec.id()) ? "" : lastAddress.apply(spec.id());
        change(
                spec.id(),
                state -> new State(
                        spec.replicas(),
                        state.equals(NOTHING) ? last : state.address(),
                        ProxyLabels.selector(spec.id()),
                        state.problems()));
    }

    @Override
    public void stop(PoolId pool) {
        // Its objects go with their owner.
        states.remove(pool);
        stopped.accept(pool);
    }

    @Override
    public State state(PoolId pool) {
        return states.getOrDefault(pool, NOTHING);
    }

    @Override
    public void onChange(Consumer<PoolId> listener) {
        this.listener = listener;
    }

    /** {@code listener} is told of each pool that is no more. */
    void onStop(Consumer<PoolId> listener) {
        stopped = listener;
    }

    /** Clients reach {@code pool} at {@code address}; empty: not known. */
    void address(PoolId pool, String address) {
        change(pool, state -> new State(state.desired(), address, state.selector(), state.problems()));
    }

    /** What keeps the objects of {@code pool} from being as they should, one sentence each. */
    void problems(PoolId pool, List<String> problems) {
        change(pool, state -> new State(state.desired(), state.address(), state.selector(), problems));
    }

    private void change(PoolId pool, UnaryOperator<State> step) {
        State before = states.getOrDefault(pool, NOTHING);
        State after = states.compute(pool, (id, state) -> step.apply(state == null ? NOTHING : state));
        if (!before.equals(after)) {
            listener.accept(pool);
        }
    }
}
