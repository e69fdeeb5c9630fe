package io.backendpool.pool.health;

import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.LoadBalancing.Locality;
import io.backendpool.pool.LoadBalancing.Policy;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.SlowStart;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.pool.WeightOverride;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pools to compute with. */
final class Pools {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final LoadBalancing USUAL = new LoadBalancing(Policy.ROUND_ROBIN);

    private Pools() {}

    static LoadBalancing rules(Locality locality, int subsetSize, int panicThreshold, @Nullable SlowStart slowStart) {
        return new LoadBalancing(
                USUAL.policy(),
                USUAL.leastRequest(),
                USUAL.decay(),
                USUAL.ringSize(),
                null,
                List.of(),
                locality,
                subsetSize,
                panicThreshold,
                slowStart);
    }

    static BackendGroup group(String name, int weight, int priority) {
        BackendGroup usual = new BackendGroup(name, weight);
        return new BackendGroup(
                name, weight, usual.protocol(), usual.tls(), usual.proxyProtocol(), usual.serverNames(), priority);
    }

    static BackendKey key(String group, int number) {
        return new BackendKey(group, "10.0.%d.%d".formatted(number / 250, number % 250 + 1), 80);
    }

    static List<BackendKey> keys(int count) {
        List<BackendKey> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(key("a", i));
        }
        return keys;
    }

    /** A pool whose groups have {@code sizes} backends each. */
    static PoolSnapshot pool(LoadBalancing rules, List<BackendGroup> groups, List<Integer> sizes) {
        return pool(rules, groups, backends(groups, sizes), List.of());
    }

    static List<Backend> backends(List<BackendGroup> groups, List<Integer> sizes) {
        List<Backend> backends = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            for (int i = 0; i < sizes.get(g); i++) {
                backends.add(new Backend(key(groups.get(g).name(), i), EndpointConditions.READY, null));
            }
        }
        return backends;
    }

    static PoolSnapshot pool(
            LoadBalancing rules, List<BackendGroup> groups, List<Backend> backends, List<WeightOverride> overrides) {
        return new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(new Listener("http", 8080, Listener.Protocol.HTTP)),
                groups,
                backends,
                rules,
                null,
                TrafficPolicy.DEFAULT,
                List.of(),
                null,
                null,
                AdaptiveWeight.OFF,
                overrides,
                SessionKeys.NONE);
    }

    static BackendHealth in(HealthState state) {
        return new BackendHealth(state, "as the test says", START, EndpointConditions.READY, null, 0, 0);
    }

    static List<BackendHealth> all(HealthState state, int count) {
        return new ArrayList<>(Collections.nCopies(count, in(state)));
    }

    static List<BackendHealth> allHealthy(PoolSnapshot pool) {
        return all(HealthState.HEALTHY, pool.backends().size());
    }

    /** The share of the traffic that each backend gets by {@code weights}. */
    static double[] shares(EffectiveWeights weights) {
        long[] picking = weights.picking();
        double sum = 0;
        for (long weight : picking) {
            sum += weight;
        }
        double[] shares = new double[picking.length];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = sum == 0 ? 0 : picking[i] / sum;
        }
        return shares;
    }

    /** The share of all backends of {@code group}. */
    static double share(PoolSnapshot pool, EffectiveWeights weights, String group) {
        double[] shares = shares(weights);
        double sum = 0;
        for (int i = 0; i < shares.length; i++) {
            sum += pool.backends().get(i).key().group().equals(group) ? shares[i] : 0;
        }
        return sum;
    }
}
