package io.backendpool.pool.pick;

import io.backendpool.pool.BackendKey;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The backends with a weight as consistent hashing sees them: in the order of their keys, so that nothing depends on the
 * order in which a snapshot lists them, and each with the hash of its key.
 *
 * @param index of each in the pool
 * @param weight of each, above 0
 * @param hash of each's key
 * @param sum of the weights
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
record Members(int[] index, long[] weight, long[] hash, long sum) {

    /**
     * Those of {@code keys} whose weight is above 0.
     *
     * @throws IllegalArgumentException where there are not as many weights as keys, or one is not allowed
     */
    static Members of(List<BackendKey> keys, long[] weights) {
        long sum = Weights.sum(weights);
        int[] index = IntStream.range(0, weights.length)
                .filter(i -> weights[i] > 0)
                .boxed()
                .sorted(Comparator.comparing(keys::get))
                .mapToInt(Integer::intValue)
                .toArray();
        long[] weight = new long[index.length];
        long[] hash = new long[index.length];
        for (int rank = 0; rank < index.length; rank++) {
            weight[rank] = weights[index[rank]];
            hash[rank] = Hashing.hash(keys.get(index[rank]));
        }
        return new Members(index, weight, hash, sum);
    }

    int count() {
        return index.length;
    }

    /** The share of all traffic that the member of {@code rank} is due, 0 to 1. */
    double share(int rank) {
        return (double) weight[rank] / sum;
    }
}
