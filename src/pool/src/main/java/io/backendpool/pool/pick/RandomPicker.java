package io.backendpool.pool.pick;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;

/**
 * Independent weighted random choice in constant time by Walker's alias method, built as in M. D. Vose, "A linear
 * algorithm for generating random numbers with a given distribution", IEEE TSE 17(9), 1991: as many columns as backends,
 * all of one height, each shared by at most two of them.
 */
final class RandomPicker implements Picker {
    private final RandomGenerator random;
    private final int[] owner;
    private final int[] alias;
    /** The part of column i, 0 to 1, that belongs to {@code owner[i]}; the rest is {@code alias[i]}'s. */
    private final double[] split;

    RandomPicker(long[] weights, RandomGenerator random) {
        this.random = random;
        owner = Weights.positive(weights);
        int columns = owner.length;
        alias = owner.clone();
        split = new double[columns];
        double sum = Weights.sum(weights);
        Deque<Integer> small = new ArrayDeque<>();
        Deque<Integer> large = new ArrayDeque<>();
        for (int i = 0; i < columns; i++) {
            split[i] = weights[owner[i]] / sum * columns;
            (split[i] < 1 ? small : large).add(i);
        }
        while (!small.isEmpty() && !large.isEmpty()) {
            int filled = small.remove();
            int giver = large.remove();
            alias[filled] = owner[giver];
            split[giver] -= 1 - split[filled];
            (split[giver] < 1 ? small : large).add(giver);
        }
        // What is left is full but for rounding.
        small.forEach(i -> split[i] = 1);
        large.forEach(i -> split[i] = 1);
    }

    @Override
    public int pick() {
        if (owner.length == 0) {
            return NONE;
        }
        int column = random.nextInt(owner.length);
        return random.nextDouble() < split[column] ? owner[column] : alias[column];
    }
}
