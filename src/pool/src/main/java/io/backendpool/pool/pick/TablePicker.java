package io.backendpool.pool.pick;

/**
 * Looks a key up in a {@link HashTable}, and goes on from there along the table to backends that were not offered yet. Since the
 * keys of one backend are at many places, its load is shared by many others when it cannot be used.
 */
sealed class TablePicker implements Picker permits BoundedTablePicker {
    /** Backends that are offered for one request at most. */
    private static final int MAX_OFFERS = 16;
    /** Where so many places in a row are of no use, the members are gone through one by one. */
    private static final int MAX_STEPS = 4_096;

    private final Members members;
    private final HashTable table;
    /** The ranks offered so far. */
    private final int[] offered = new int[MAX_OFFERS];

    TablePicker(Members members, HashTable table) {
        this.members = members;
        this.table = table;
    }

    @Override
    public final int pick(long hash, int attempt) {
        if (table.size() == 0) {
            return NONE;
        }
        int place = table.place(hash);
        int rank = table.rank(place);
        if (attempt > 0 || !admits(rank)) {
            rank = further(hash, place, attempt);
        }
        return rank == NONE ? NONE : members.index()[rank];
    }

    @Override
    public final boolean usesHash() {
        return true;
    }

    /** Whether the member may get one more request. */
    boolean admits(int rank) {
        return true;
    }

    private int further(long hash, int start, int attempt) {
        if (attempt >= Math.min(MAX_OFFERS, members.count())) {
            return NONE;
        }
        int count = 0;
        int place = start;
        for (int step = Math.min(table.size(), MAX_STEPS); step > 0; step--) {
            int rank = table.rank(place);
            place = place + 1 == table.size() ? 0 : place + 1;
            if (isNew(rank, count)) {
                if (count == attempt) {
                    return rank;
                }
                offered[count++] = rank;
            }
        }
        int rank = (int) Math.unsignedMultiplyHigh(Hashing.hash(hash, 0), members.count());
        for (int step = members.count(); step > 0; step--) {
            rank = rank + 1 == members.count() ? 0 : rank + 1;
            if (isNew(rank, count)) {
                if (count == attempt) {
                    return rank;
                }
                offered[count++] = rank;
            }
        }
        return NONE;
    }

    private boolean isNew(int rank, int count) {
        for (int i = 0; i < count; i++) {
            if (offered[i] == rank) {
                return false;
            }
        }
        return admits(rank);
    }
}
