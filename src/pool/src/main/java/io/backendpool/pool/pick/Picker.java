package io.backendpool.pool.pick;

/**
 * Chooses the backend of the next request.
 *
 * <p>Thread: confined to the event loop that made it. A picker stands for one pool state; when weights or membership
 * change, a new one is built and this one is dropped.
 */
public interface Picker {
    /** There is no backend to choose: the pool is empty or every weight is 0. */
    int NONE = -1;

    /**
     * The index of the chosen backend in the weights that the picker was built from, or {@link #NONE}. Never chooses a
     * backend of weight 0. Allocates nothing.
     */
    int pick();
}
