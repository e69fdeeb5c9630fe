package io.backendpool.pool.pick;

import java.util.Arrays;

/**
 * Weighted random draws in constant time by Walker's alias method, built as in M. D. Vose, "A linear algorithm for generating
 * random numbers with a given distribution", IEEE TSE 17(9), 1991: as many columns as backends, all of one height, each
 * shared by at most two of them. Immutable.
 */
final class AliasTable {
    /** The backends with a weight, ascending. */
    private final int[] members;
    /** Two a column: how much of it is the owner's, unsigned in parts of 2^64; the owner in the upper half, the other one. */
    private final long[] columns;

    AliasTable(long[] weights) {
        members = Weights.positive(weights);
        int count = members.length;
        double sum = Weights.sum(weights);
        double[] height = new double[count];
        int[] other = members.clone();
        // One array, filled from both ends: columns that are too low, and those that are too high.
        int[] waiting = new int[count];
        int low = 0;
        int high = count;
        for (int i = 0; i < count; i++) {
            height[i] = weights[members[i]] / sum * count;
            waiting[height[i] < 1 ? low++ : --high] = i;
        }
        while (low > 0 && high < count) {
            int filled = waiting[--low];
            int giver = waiting[high];
            other[filled] = members[giver];
            height[giver] -= 1 - height[filled];
            if (height[giver] < 1) {
                high++;
                waiting[low++] = giver;
            }
        }
        // What is left is full but for rounding, and its other one is itself.
        columns = new long[2 * count];
        for (int i = 0; i < count; i++) {
            columns[2 * i] = height[i] < 1 ? (long) (height[i] * 0x1p63) << 1 : -1;
            columns[2 * i + 1] = (long) members[i] << 32 | other[i];
        }
    }

    /** The backends with a weight, ascending; not to be changed. */
    int[] members() {
        return members;
    }

    /**
     * A backend, by its weight. There must be one.
     *
     * @param bits 64 random ones
     */
    int draw(long bits) {
        // The product's upper half names the column, its lower half how high up.
        int column = (int) Math.unsignedMultiplyHigh(bits, members.length);
        boolean owned = Long.compareUnsigned(bits * members.length, columns[2 * column]) <= 0;
        long owners = columns[2 * column + 1];
        return owned ? (int) (owners >>> 32) : (int) owners;
    }

    /**
     * A backend other than {@code excluded}, each as likely. There must be two.
     *
     * @param bits 64 random ones
     */
    int drawOther(int excluded, long bits) {
        int place = (int) Math.unsignedMultiplyHigh(bits, members.length - 1);
        int hole = Arrays.binarySearch(members, excluded);
        return members[place >= hole ? place + 1 : place];
    }
}
