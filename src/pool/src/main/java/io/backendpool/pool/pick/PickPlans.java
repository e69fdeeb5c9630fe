package io.backendpool.pool.pick;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.pick.LeastLoadPlan.Measure;
import java.util.List;

/** Makes the plan of a policy. */
public final class PickPlans {
    /** What Finagle compares, too. */
    private static final int PAIR = 2;

    private PickPlans() {}

    /** The plan of no backends. */
    public static PickPlan empty() {
        return new RandomPlan(new long[0]);
    }

    /**
     * Builds the plan of one pool state. May take a tenth of a second for a large pool: not to be called on an event loop.
     *
     * @param keys the backends, in the order that pickers number them in
     * @param weights one for each backend, 0 or more, the sum below 2^62; copied
     * @throws IllegalArgumentException for a weight that is not allowed
     */
    public static PickPlan build(LoadBalancing settings, List<BackendKey> keys, long[] weights) {
        if (keys.size() != weights.length) {
            throw new IllegalArgumentException(
                    "weights: %d (expected: %d, one for each backend)".formatted(weights.length, keys.size()));
        }
        return switch (settings.policy()) {
            case ROUND_ROBIN -> new RoundRobinPlan(weights);
            case RANDOM -> new RandomPlan(weights);
            case LEAST_REQUEST -> new LeastLoadPlan(new Measure.Requests(), weights, choices(settings, weights.length));
            case LEAST_CONNECTIONS ->
                new LeastLoadPlan(new Measure.Connections(), weights, choices(settings, weights.length));
            case LEAST_RESPONSE_TIME ->
                new LeastLoadPlan(new Measure.ResponseTime(settings.decay().toNanos()), weights, PAIR);
            case RING_HASH -> {
                Members members = Members.of(keys, weights);
                LoadBalancing.RingSize size = settings.ringSize();
                yield table(members, new RingTable(members, size.minimum(), size.maximum()), settings);
            }
            case MAGLEV -> {
                Members members = Members.of(keys, weights);
                yield table(members, new MaglevTable(members), settings);
            }
            case RENDEZVOUS -> new RendezvousPlan(Members.of(keys, weights));
        };
    }

    private static int choices(LoadBalancing settings, int backends) {
        LoadBalancing.LeastRequest compared = settings.leastRequest();
        return compared.fullScan() && backends <= LoadBalancing.LeastRequest.MAX_FULL_SCAN
                ? LoadBalancing.LeastRequest.MAX_FULL_SCAN
                : compared.choices();
    }

    private static PickPlan table(Members members, HashTable table, LoadBalancing settings) {
        Integer percent = settings.boundedLoadPercent();
        return percent == null ? new TablePlan(members, table) : new TablePlan(members, table, percent);
    }
}
