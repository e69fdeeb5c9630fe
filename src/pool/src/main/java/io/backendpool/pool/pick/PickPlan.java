package io.backendpool.pool.pick;

import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What all event loops share of one policy over one pool state: tables that cost time to build and that nobody changes.
 *
 * <p>Thread: built by one thread, not an event loop's, see {@link PickPlans}; immutable, read by all. To take a picker from
 * it costs an event loop no more than a few small arrays, however many backends there are.
 */
public sealed interface PickPlan permits RoundRobinPlan, RandomPlan, LeastLoadPlan, TablePlan, RendezvousPlan {
    /**
     * The picker of one event loop.
     *
     * @param loads the loads of the backends on this event loop, in the order that the plan was built from; kept. Read
     *     only by those policies that compare or bound loads
     * @param random the event loop's own source of randomness; kept
     * @param nanoClock what {@link BackendLoad#requestEnded} is told, in ns; kept
     */
    Picker picker(BackendLoad[] loads, RandomGenerator random, LongSupplier nanoClock);

    /** Whether pickers need the hash of a request's key. */
    boolean usesHash();
}
