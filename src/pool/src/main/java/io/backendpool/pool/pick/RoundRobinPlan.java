package io.backendpool.pool.pick;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Smooth weighted round robin: weights 3, 2, 1 give {@code abacba}, not {@code aaabbc}. The order of the backends is shared;
 * where an event loop is in it, is its own, see {@link RoundRobinPicker}.
 *
 * <p>The backends of one weight form a ring. A ring of m backends of weight w is due m w times in a round, and each time it
 * is its next member's turn: so there is nothing to remember for a backend, and a loop's state is as large as there are
 * different weights.
 */
final class RoundRobinPlan implements PickPlan {
    /** Those of one weight lie side by side, the lightest first. */
    private final int[] backends;
    /** Where each ring begins in the array above; one more: where the last ends. */
    private final int[] ringStart;
    /** The weight of all members of each ring together. */
    private final long[] ringWeight;

    private final long sum;

    RoundRobinPlan(long[] weights) {
        sum = Weights.sum(weights);
        backends = byWeight(Weights.positive(weights), weights);
        ringStart = rings(backends, weights);
        ringWeight = new long[ringStart.length - 1];
        for (int ring = 0; ring < ringWeight.length; ring++) {
            ringWeight[ring] = weights[backends[ringStart[ring]]] * (ringStart[ring + 1] - ringStart[ring]);
        }
    }

    @Override
    public Picker picker(BackendLoad[] loads, RandomGenerator random, LongSupplier nanoClock) {
        return new RoundRobinPicker(this, random);
    }

    @Override
    public boolean usesHash() {
        return false;
    }

    int rings() {
        return ringWeight.length;
    }

    /** The place of the first member of {@code ring}; for the number of rings: where the last ends. */
    int start(int ring) {
        return ringStart[ring];
    }

    int members(int ring) {
        return ringStart[ring + 1] - ringStart[ring];
    }

    long weight(int ring) {
        return ringWeight[ring];
    }

    /** Of all rings. */
    long sum() {
        return sum;
    }

    int backend(int place) {
        return backends[place];
    }

    private static int[] byWeight(int[] indices, long[] weights) {
        boolean uneven = Arrays.stream(indices).anyMatch(i -> weights[i] != weights[indices[0]]);
        if (!uneven) {
            return indices;
        }
        return Arrays.stream(indices)
                .boxed()
                .sorted(Comparator.comparingLong(i -> weights[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Where a new weight begins, and where the last ends. */
    private static int[] rings(int[] backends, long[] weights) {
        IntStream starts = IntStream.range(0, backends.length)
                .filter(i -> i == 0 || weights[backends[i]] != weights[backends[i - 1]]);
        return IntStream.concat(starts, IntStream.of(backends.length)).toArray();
    }
}
