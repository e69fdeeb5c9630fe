package io.backendpool.pool.pick;

import java.util.Arrays;

/**
 * Google's table (D. Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016, 3.4), weighted
 * as in Envoy: each backend has a permutation of all slots of its own, and the backends take turns at taking their next
 * slot that is free; a backend of half the weight has its turn half as often.
 *
 * <p>Shares are right to one slot. {@value #SIZE} slots; pools of more than {@value #SMALL_POOL} backends get the paper's
 * larger table of {@value #LARGE_SIZE}, so that it is at least some ten slots for each up to 65,000 backends. A backend that leaves
 * gives its slots to the others, and few other slots change hands; not as few as in a {@link RingTable}.
 */
final class MaglevTable implements HashTable {
    /** Primes, so that each skip makes a permutation. */
    static final int SIZE = 65_537;

    static final int LARGE_SIZE = 655_373;
    static final int SMALL_POOL = 6_553;

    private static final int FREE = -1;

    /** The rank of the member that each slot belongs to. */
    private final int[] slots;

    MaglevTable(Members members) {
        int count = members.count();
        slots = new int[count == 0 ? 0 : count <= SMALL_POOL ? SIZE : LARGE_SIZE];
        Arrays.fill(slots, FREE);
        int[] next = new int[count];
        int[] skip = new int[count];
        for (int rank = 0; rank < count; rank++) {
            next[rank] = (int) Long.remainderUnsigned(members.hash()[rank], slots.length);
            skip[rank] = 1 + (int) Long.remainderUnsigned(Hashing.hash(1, members.hash()[rank]), slots.length - 1);
        }
        fill(new MaglevTurns(members), next, skip);
    }

    private void fill(MaglevTurns turns, int[] next, int[] skip) {
        for (int taken = 0; taken < slots.length; taken++) {
            int rank = turns.next();
            int slot = next[rank];
            while (slots[slot] != FREE) {
                slot = after(slot, skip[rank]);
            }
            slots[slot] = rank;
            next[rank] = after(slot, skip[rank]);
        }
    }

    private int after(int slot, int skip) {
        int next = slot + skip;
        return next >= slots.length ? next - slots.length : next;
    }

    @Override
    public int size() {
        return slots.length;
    }

    @Override
    public int place(long hash) {
        // The upper bits of the product: as even as the remainder of a division, and cheaper.
        return (int) Math.unsignedMultiplyHigh(hash, slots.length);
    }

    @Override
    public int rank(int place) {
        return slots[place];
    }
}
