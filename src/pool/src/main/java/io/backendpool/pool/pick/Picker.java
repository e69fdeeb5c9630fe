package io.backendpool.pool.pick;

/**
 * Chooses the backend of the next request.
 *
 * <p>Thread: confined to the event loop that it was made for. A picker stands for one pool state; when weights or
 * membership change, a new {@link PickPlan} is built off the event loops, and each loop takes a new picker from it.
 */
public interface Picker {
    /** There is no (further) backend to choose: the pool is empty, every weight is 0, or all were offered. */
    int NONE = -1;

    /**
     * The index of the chosen backend among those that the plan was built from, or {@link #NONE}. Never chooses a backend
     * of weight 0. Allocates nothing.
     *
     * <p>A caller that cannot use the answer (the backend has failed this request before, or is at a limit) asks again at
     * once with the next attempt. A policy that hashes then gives the next backend in the order of the key's preference, each
     * once: a pure function of the arguments but for bounds on loads, so all proxies and all retries of a key fall back in the
     * same order. On a ring and by rendezvous that is where the key goes once the backend has left the pool. The other policies choose anew; those that compare loads leave
     * out what they have offered since attempt 0.
     *
     * @param hash 64 well mixed bits of the request's key ({@link Hashing}), or random ones where it has none; ignored
     *     unless {@link #usesHash}
     * @param attempt how many backends were offered for this request and could not be used, from 0
     */
    int pick(long hash, int attempt);

    /** The first choice for {@code hash}. */
    default int pick(long hash) {
        return pick(hash, 0);
    }

    /** Whether the hash matters, so that it is worth computing. */
    boolean usesHash();
}
