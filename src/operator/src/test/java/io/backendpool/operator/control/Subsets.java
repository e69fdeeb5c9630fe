package io.backendpool.operator.control;

import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.health.EffectiveWeights;
import io.backendpool.pool.health.ProxySeat;
import io.backendpool.pool.health.WeightInputs;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Pools of which each proxy uses a part, and what a proxy makes of its seat. */
final class Subsets {
    private Subsets() {}

    /** A pool of {@code backends}, of which each proxy uses about {@code size}; 0: all. */
    static PoolSnapshot pool(int backends, int size, LoadBalancing.Locality.Mode locality) {
        LoadBalancing usual = new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN);
        return new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(new Listener("http", 8080, Listener.Protocol.HTTP)),
                List.of(new BackendGroup("stable", 100)),
                IntStream.range(0, backends)
                        .mapToObj(i -> new Backend(
                                new BackendKey("stable", "10.0.%d.%d".formatted(i / 250, i % 250 + 1), 8080),
                                EndpointConditions.READY,
                                null))
                        .toList(),
                new LoadBalancing(
                        usual.policy(),
                        usual.leastRequest(),
                        usual.decay(),
                        usual.ringSize(),
                        null,
                        List.of(),
                        new LoadBalancing.Locality(locality, usual.locality().minHealthyShare()),
                        size,
                        usual.panicThreshold(),
                        null),
                null);
    }

    /** The indexes of the backends that the proxy in {@code seat} sends traffic to. */
    static Set<Integer> used(PoolSnapshot pool, ProxySeat seat) {
        List<BackendHealth> health = pool.backends().stream()
                .map(backend ->
                        new BackendHealth(HealthState.HEALTHY, "", Instant.EPOCH, backend.conditions(), null, 0, 0))
                .toList();
        long[] weights = EffectiveWeights.of(
                        new WeightInputs(pool, health, List.of(), null, seat, Instant.EPOCH, group -> true))
                .picking();
        Set<Integer> used = new HashSet<>();
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                used.add(i);
            }
        }
        return used;
    }
}
