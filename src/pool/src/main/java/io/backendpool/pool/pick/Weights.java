package io.backendpool.pool.pick;

import java.util.stream.IntStream;

/** What every picker checks and derives from its weights. */
final class Weights {
    /** The sum of the weights must stay below this. */
    static final long MAX_SUM = 1L << 62;

    private Weights() {}

    /** The indices of the weights above 0, ascending. */
    static int[] positive(long[] weights) {
        return IntStream.range(0, weights.length).filter(i -> weights[i] > 0).toArray();
    }

    /** The sum; throws {@link IllegalArgumentException} for a negative weight or a sum that is too large. */
    static long sum(long[] weights) {
        long sum = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] < 0 || weights[i] >= MAX_SUM - sum) {
                throw new IllegalArgumentException(
                        "weights[%d]: %d (expected: 0 or more, the sum below 2^62)".formatted(i, weights[i]));
            }
            sum += weights[i];
        }
        return sum;
    }
}
