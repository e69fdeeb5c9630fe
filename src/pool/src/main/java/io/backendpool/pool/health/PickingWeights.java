package io.backendpool.pool.health;

/** Shares as whole numbers, as pickers take them. Pure functions. */
final class PickingWeights {
    /**
     * Group weights are divided in this many parts before rounding: 1,000,000 x 2^20 x 64 groups stays below 2^62, and
     * the error of a share among 10,000 backends is below one in a hundred.
     */
    private static final long SCALE = 1L << 20;

    /** The sum of weights that come from fractions: the error of a share is below one in a million of it, for 100,000. */
    private static final double FRACTIONS = 0x1p40;

    private PickingWeights() {}

    /**
     * Exact weights where group {@code groupOf[i]} shares its weight evenly among its chosen backends.
     *
     * @param chosen whether backend {@code i} gets a part
     * @param groupOf the index of its group
     * @param weights of the groups
     * @param sharers how many backends of each group are chosen
     */
    static long[] even(boolean[] chosen, int[] groupOf, long[] weights, int[] sharers) {
        long parts = commonMultiple(weights, sharers);
        long[] picking = new long[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            int group = groupOf[i];
            if (chosen[i] && weights[group] > 0) {
                picking[i] = Math.max(1, Math.round((double) weights[group] * parts / sharers[group]));
            }
        }
        divideByGreatestCommonDivisor(picking);
        return picking;
    }

    /** Weights in proportion to {@code shares}, which sum to 1 or to 0. What has a share has a weight. */
    static long[] fractions(double[] shares) {
        long[] picking = new long[shares.length];
        for (int i = 0; i < shares.length; i++) {
            picking[i] = shares[i] > 0 ? Math.max(1, Math.round(shares[i] * FRACTIONS)) : 0;
        }
        divideByGreatestCommonDivisor(picking);
        return picking;
    }

    /** The least common multiple of the groups' sizes, so that shares are exact; {@link #SCALE} where that is too large. */
    private static long commonMultiple(long[] weights, int[] sizes) {
        long multiple = 1;
        for (int g = 0; g < sizes.length; g++) {
            if (sizes[g] == 0 || weights[g] == 0) {
                continue;
            }
            multiple = multiple / greatestCommonDivisor(multiple, sizes[g]) * sizes[g];
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
