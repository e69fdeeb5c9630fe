package io.backendpool.pool.pick;

/** Goes through all members of a {@link RendezvousPlan}; for attempt n, n times again. */
final class RendezvousPicker implements Picker {
    private final int[] index;
    private final long[] hashes;
    private final double[] mean;

    RendezvousPicker(Members members, double[] mean) {
        this.index = members.index();
        this.hashes = members.hash();
        this.mean = mean;
    }

    @Override
    public int pick(long hash, int attempt) {
        double above = -1;
        int found = NONE;
        for (int round = 0; round <= attempt; round++) {
            found = least(hash, above);
            if (found == NONE) {
                return NONE;
            }
            above = variate(hash, found);
        }
        return index[found];
    }

    @Override
    public boolean usesHash() {
        return true;
    }

    /** The rank with the smallest variate above {@code above}. Two that are equal are no more likely than a lost bit. */
    private int least(long hash, double above) {
        int best = NONE;
        double least = Double.POSITIVE_INFINITY;
        for (int rank = 0; rank < index.length; rank++) {
            double variate = variate(hash, rank);
            if (variate < least && variate > above) {
                least = variate;
                best = rank;
            }
        }
        return best;
    }

    private double variate(long hash, int rank) {
        return mean[rank] * Logarithm.ofFraction(Hashing.hash(hash, hashes[rank]));
    }
}
