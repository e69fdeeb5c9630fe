package io.backendpool.proxy.probe;

import io.backendpool.pool.HealthCheck;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Bounds how many probes are under way at once; the rest wait their turn, first come first served. It spreads the first
 * probes of a large pool. Confined to one thread.
 */
final class ProbeSlots {
    /** Enough for a pool of a common size to be probed at once. */
    static final int MIN_SLOTS = 64;

    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int slots = MIN_SLOTS;
    private int taken;

    /**
     * Makes room for a pool.
     *
     * @param wanted as many as are under way at a time when every backend hangs; fewer than {@link #MIN_SLOTS} are not
     *     kept
     */
    void resize(long wanted) {
        slots = Math.toIntExact(Math.min(Integer.MAX_VALUE, Math.max(MIN_SLOTS, wanted)));
        serve();
    }

    /** How many probes of {@code backends} are under way where all of them hang: with so many the intervals are kept. */
    static long needed(HealthCheck check, int backends) {
        double share = share(check.timeout(), min(check.interval(), check.unhealthyInterval()));
        HealthCheck.Agent agent = check.agent();
        return (long) Math.ceil(backends * (agent == null ? share : share + share(agent.timeout(), agent.interval())));
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static double share(Duration timeout, Duration interval) {
        return (double) timeout.toNanos() / interval.toNanos();
    }

    /** Runs {@code start} at once or, where no slot is free, when one becomes so. It must {@link #release} later. */
    void acquire(Runnable start) {
        waiting.add(start);
        serve();
    }

    void release() {
        taken--;
        serve();
    }

    int waiting() {
        return waiting.size();
    }

    private void serve() {
        while (taken < slots) {
            Runnable next = waiting.poll();
            if (next == null) {
                return;
            }
            taken++;
            next.run();
        }
    }
}
