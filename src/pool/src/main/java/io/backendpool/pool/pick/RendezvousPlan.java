package io.backendpool.pool.pick;

import java.util.Arrays;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Highest random weight (D. Thaler, C. Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM ToN 6(1), 1998),
 * weighted by exponential variates: the backend with the smallest -ln(u) / weight, u being a number from 0 to 1 that is drawn
 * by hashing key and backend. Shares are exact, and a backend that leaves moves its own keys only. A pick
 * looks at every backend: for small pools.
 */
final class RendezvousPlan implements PickPlan {
    private final Members members;
    /** The mean of each member's variate. */
    private final double[] mean;

    RendezvousPlan(Members members) {
        this.members = members;
        this.mean = new double[members.count()];
        Arrays.setAll(mean, rank -> 1 / members.share(rank));
    }

    @Override
    public Picker picker(BackendLoad[] loads, RandomGenerator random, LongSupplier nanoClock) {
        return new RendezvousPicker(members, mean);
    }

    @Override
    public boolean usesHash() {
        return true;
    }
}
