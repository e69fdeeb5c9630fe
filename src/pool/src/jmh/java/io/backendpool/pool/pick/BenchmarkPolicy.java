package io.backendpool.pool.pick;

import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.LoadBalancing.Policy;

/** The policies, and their variants that cost otherwise. */
public enum BenchmarkPolicy {
    ROUND_ROBIN(new LoadBalancing(Policy.ROUND_ROBIN)),
    RANDOM(new LoadBalancing(Policy.RANDOM)),
    LEAST_REQUEST(new LoadBalancing(Policy.LEAST_REQUEST)),
    LEAST_REQUEST_5_CHOICES(Pools.leastRequest(5, false)),
    LEAST_REQUEST_FULL_SCAN(Pools.leastRequest(2, true)),
    LEAST_CONNECTIONS(new LoadBalancing(Policy.LEAST_CONNECTIONS)),
    LEAST_RESPONSE_TIME(new LoadBalancing(Policy.LEAST_RESPONSE_TIME)),
    RING_HASH(new LoadBalancing(Policy.RING_HASH)),
    RING_HASH_BOUNDED(Pools.bounded(Policy.RING_HASH, 150)),
    MAGLEV(new LoadBalancing(Policy.MAGLEV)),
    MAGLEV_BOUNDED(Pools.bounded(Policy.MAGLEV, 150)),
    RENDEZVOUS(new LoadBalancing(Policy.RENDEZVOUS));

    private final LoadBalancing settings;

    BenchmarkPolicy(LoadBalancing settings) {
        this.settings = settings;
    }

    LoadBalancing settings() {
        return settings;
    }

    /** A tenth of the backends have a third of the weight of the others, as where a canary runs. */
    static long[] weights(int backends) {
        long[] weights = new long[backends];
        for (int i = 0; i < backends; i++) {
            weights[i] = i % 10 == 9 ? 1 : 3;
        }
        return weights;
    }
}
