package io.backendpool.pool.health;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.PoolSnapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The weights that traffic is shared by, after health: a pure function of the snapshot and the state of each backend.
 *
 * <p>The weight of a group is divided among its eligible backends, so the shares of groups hold whatever happens inside
 * one. A group without an eligible backend gives its share up to the others, in proportion
 * (docs/adr/0003-weights-belong-to-groups.md). Eligible are the healthy backends; where the pool has none, those not
 * probed yet; where it has none of these, those that terminate but still serve.
 */
public final class EffectiveWeights {
    /**
     * Group weights are divided in this many parts before rounding: 1,000,000 x 2^20 x 64 groups stays below 2^62, and
     * the error of a share among 10,000 backends is below one in a hundred.
     */
    private static final long SCALE = 1L << 20;

    private final long[] picking;
    private final double[] shown;

    private EffectiveWeights(long[] picking, double[] shown) {
        this.picking = picking;
        this.shown = shown;
    }

    /** What pickers use, in the order of the snapshot's backends: exact proportions as whole numbers. A copy. */
    public long[] picking() {
        return picking.clone();
    }

    /** What people see: the part of its group's weight that backend {@code index} has now; 0: gets no traffic. */
    public double shown(int index) {
        return shown[index];
    }

    /** Computes the weights; {@code states} are in the order of the snapshot's backends. */
    public static EffectiveWeights of(PoolSnapshot snapshot, List<HealthState> states) {
        return of(snapshot, states, group -> true);
    }

    /** The same as if the pool had only the groups whose name {@code taken} takes; the backends of all others weigh 0. */
    public static EffectiveWeights of(PoolSnapshot snapshot, List<HealthState> states, Predicate<String> taken) {
        if (states.size() != snapshot.backends().size()) {
            throw new IllegalArgumentException("states: %d (expected: %d, one for each backend)"
                    .formatted(states.size(), snapshot.backends().size()));
        }
        Map<String, Integer> weights = new HashMap<>();
        for (BackendGroup group : snapshot.groups()) {
            weights.put(group.name(), taken.test(group.name()) ? group.weight() : 0);
        }
        HealthState used = bestState(snapshot, states, weights);
        Map<String, Integer> eligible = new HashMap<>();
        for (int i = 0; i < states.size(); i++) {
            if (states.get(i) == used) {
                eligible.merge(snapshot.backends().get(i).key().group(), 1, Integer::sum);
            }
        }
        long parts = commonMultiple(eligible.values());
        long[] picking = new long[states.size()];
        double[] shown = new double[states.size()];
        for (int i = 0; i < states.size(); i++) {
            String group = snapshot.backends().get(i).key().group();
            int weight = weights.getOrDefault(group, 0);
            if (used == null || states.get(i) != used || weight == 0) {
                continue;
            }
            int sharers = eligible.getOrDefault(group, 1);
            picking[i] = Math.max(1, Math.round((double) weight * parts / sharers));
            shown[i] = (double) weight / sharers;
        }
        divideByGreatestCommonDivisor(picking);
        return new EffectiveWeights(picking, shown);
    }

    /** The state whose backends get the traffic, or null where no backend with a weight can get any. */
    private static @Nullable HealthState bestState(
            PoolSnapshot snapshot, List<HealthState> states, Map<String, Integer> weights) {
        for (HealthState candidate : List.of(HealthState.HEALTHY, HealthState.UNKNOWN, HealthState.DRAINING)) {
            for (int i = 0; i < states.size(); i++) {
                String group = snapshot.backends().get(i).key().group();
                if (states.get(i) == candidate && weights.getOrDefault(group, 0) > 0) {
                    return candidate;
                }
            }
        }
        return null;
    }

    /** The least common multiple of the groups' sizes, so that shares are exact; {@link #SCALE} where that is too large. */
    private static long commonMultiple(Iterable<Integer> sizes) {
        long multiple = 1;
        for (int size : sizes) {
            multiple = multiple / greatestCommonDivisor(multiple, size) * size;
            if (multiple > SCALE) {
                return SCALE;
            }
        }
        return multiple;
    }

    private static void divideByGreatestCommonDivisor(long[] weights) {
        long divisor = 0;
        for (long weight : weights) {
            divisor = greatestCommonDivisor(weight, divisor);
        }
        if (divisor > 1) {
            for (int i = 0; i < weights.length; i++) {
                weights[i] /= divisor;
            }
        }
    }

    private static long greatestCommonDivisor(long a, long b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
