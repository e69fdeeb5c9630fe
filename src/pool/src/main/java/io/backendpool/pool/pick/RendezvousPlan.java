package io.backendpool.pool.pick;

import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** {@link Rendezvous} hashing of backends: a backend that leaves moves its own keys only. For small pools. */
final class RendezvousPlan implements PickPlan {
    private final int[] index;
    private final Rendezvous members;

    RendezvousPlan(Members members) {
        this.index = members.index();
        this.members = new Rendezvous(members.hash(), members.weight());
    }

    @Override
    public Picker picker(BackendLoad[] loads, RandomGenerator random, LongSupplier nanoClock) {
        return new RendezvousPicker(index, members);
    }

    @Override
    public boolean usesHash() {
        return true;
    }
}
