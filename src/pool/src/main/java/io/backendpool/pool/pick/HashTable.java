package io.backendpool.pool.pick;

/**
 * A circle of places, each of which belongs to a backend; a key's hash names a place. What comes after it on the circle, is
 * where the key goes when that backend cannot be used. Immutable.
 */
sealed interface HashTable permits RingTable, MaglevTable {
    /** Places on the circle; 0: there are no backends. */
    int size();

    /** The place of {@code hash}. */
    int place(long hash);

    /** The rank of the {@link Members member} at {@code place}. */
    int rank(int place);
}
