package io.backendpool.pool.pick;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.LoadBalancing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Pools for the tests of pickers. */
final class Pools {
    private Pools() {}

    /** So many backends of one group, each with an address of its own. */
    static List<BackendKey> keys(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new BackendKey("web", "10.%d.%d.%d".formatted(i >> 16, i >> 8 & 255, i & 255), 8080))
                .toList();
    }

    static long[] equalWeights(int count) {
        long[] weights = new long[count];
        Arrays.fill(weights, 1);
        return weights;
    }

    static BackendLoad[] loads(int count) {
        LoopLoad loop = new LoopLoad();
        return IntStream.range(0, count).mapToObj(i -> new BackendLoad(loop)).toArray(BackendLoad[]::new);
    }

    /** A picker that has no use for loads and time. */
    static Picker picker(LoadBalancing settings, long[] weights, RandomGenerator random) {
        return PickPlans.build(settings, keys(weights.length), weights).picker(loads(weights.length), random, () -> 0);
    }

    static Picker picker(LoadBalancing.Policy policy, long[] weights, RandomGenerator random) {
        return picker(new LoadBalancing(policy), weights, random);
    }

    /** Each policy with its usual settings, and those that have variants with these, too. */
    static List<LoadBalancing> everyPolicy() {
        List<LoadBalancing> all = new ArrayList<>();
        for (LoadBalancing.Policy policy : LoadBalancing.Policy.values()) {
            all.add(new LoadBalancing(policy));
        }
        all.add(leastRequest(10, false));
        all.add(leastRequest(2, true));
        all.add(bounded(LoadBalancing.Policy.RING_HASH, 125));
        all.add(bounded(LoadBalancing.Policy.MAGLEV, 125));
        return all;
    }

    static LoadBalancing leastRequest(int choices, boolean fullScan) {
        LoadBalancing usual = new LoadBalancing(LoadBalancing.Policy.LEAST_REQUEST);
        return new LoadBalancing(
                usual.policy(),
                new LoadBalancing.LeastRequest(choices, fullScan),
                usual.decay(),
                usual.ringSize(),
                null,
                usual.hash(),
                usual.locality(),
                usual.subsetSize(),
                usual.panicThreshold(),
                null);
    }

    static LoadBalancing bounded(LoadBalancing.Policy policy, int percent) {
        LoadBalancing usual = new LoadBalancing(policy);
        return new LoadBalancing(
                policy,
                usual.leastRequest(),
                usual.decay(),
                usual.ringSize(),
                percent,
                usual.hash(),
                usual.locality(),
                usual.subsetSize(),
                usual.panicThreshold(),
                null);
    }

    /** How often each backend is picked. */
    static long[] count(Picker picker, int backends, int picks, RandomGenerator hashes) {
        long[] got = new long[backends];
        for (int n = 0; n < picks; n++) {
            got[picker.pick(hashes.nextLong())]++;
        }
        return got;
    }
}
