package io.backendpool.pool.pick;

/**
 * Highest random weight (D. Thaler, C. Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM ToN 6(1), 1998),
 * weighted by exponential variates: the member with the smallest -ln(u) / weight, u being a number from 0 to 1 that is drawn
 * by hashing key and member. Shares are exact, and a change of weights moves exactly as many keys as shares have changed. The
 * same on every machine.
 *
 * <p>Thread: immutable; any. A pick looks at every member: for few of them.
 */
public final class Rendezvous {
    private final long[] hashes;
    /** The mean of each member's variate. */
    private final double[] mean;

    /**
     * Chooses among as many members as there are hashes.
     *
     * @param hashes of the members' names, different ones
     * @param weights of the members, each above 0, the sum below 2^62
     */
    public Rendezvous(long[] hashes, long[] weights) {
        this.hashes = hashes.clone();
        this.mean = new double[weights.length];
        long sum = Weights.sum(weights);
        for (int member = 0; member < weights.length; member++) {
            mean[member] = 1 / ((double) weights[member] / sum);
        }
    }

    /**
     * The number of the member for a key; {@link Picker#NONE}: there is none left. Allocates nothing.
     *
     * @param hash of the key, well mixed
     * @param attempt how many of those that the key prefers to pass over, from 0
     */
    public int pick(long hash, int attempt) {
        double above = -1;
        int found = Picker.NONE;
        for (int round = 0; round <= attempt; round++) {
            found = least(hash, above);
            if (found == Picker.NONE) {
                return Picker.NONE;
            }
            above = variate(hash, found);
        }
        return found;
    }

    /** The member with the smallest variate above {@code above}. Two that are equal are no more likely than a lost bit. */
    private int least(long hash, double above) {
        int best = Picker.NONE;
        double least = Double.POSITIVE_INFINITY;
        for (int member = 0; member < hashes.length; member++) {
            double variate = variate(hash, member);
            if (variate < least && variate > above) {
                least = variate;
                best = member;
            }
        }
        return best;
    }

    private double variate(long hash, int member) {
        return mean[member] * Logarithm.ofFraction(Hashing.hash(hash, hashes[member]));
    }
}
