package io.backendpool.pool.pick;

/** See {@link RendezvousPlan}. */
final class RendezvousPicker implements Picker {
    private final int[] index;
    private final Rendezvous members;

    RendezvousPicker(int[] index, Rendezvous members) {
        this.index = index;
        this.members = members;
    }

    @Override
    public int pick(long hash, int attempt) {
        int rank = members.pick(hash, attempt);
        return rank == NONE ? NONE : index[rank];
    }

    @Override
    public boolean usesHash() {
        return true;
    }
}
