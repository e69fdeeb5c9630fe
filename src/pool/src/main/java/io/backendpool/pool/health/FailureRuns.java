package io.backendpool.pool.health;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How often in a row a backend has failed, over all event loops of a proxy: one for each backend, shared by the loops. It
 * is written to where a backend fails only; a success reads a line of the cache that nobody writes to as long as all is
 * well. So five failures in a row are five, whichever loops saw them, and one loop is told of the fifth (as in Envoy,
 * whose workers share these counters).
 *
 * <p>Thread: any. Wait-free.
 */
public final class FailureRuns {
    private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);

    private final int[] runs = new int[FailureKind.COUNT];
    private final int[] limits = new int[FailureKind.COUNT];

    /**
     * From now on {@link #failed} reports runs of {@code length}. Health thread.
     *
     * @param length 1 or more; 0: never
     */
    public void limit(FailureKind kind, int length) {
        INTS.setRelease(limits, kind.index(), length);
    }

    /** Counts a failure. True for the one that makes the run as long as its limit, so that it is reported once. */
    boolean failed(FailureKind kind) {
        int index = kind.index();
        int run = (int) INTS.getAndAdd(runs, index, 1) + 1;
        return run == (int) INTS.getOpaque(limits, index);
    }

    /** Ends the run of {@code kind}. */
    void end(FailureKind kind) {
        int index = kind.index();
        if ((int) INTS.getOpaque(runs, index) != 0) {
            INTS.setOpaque(runs, index, 0);
        }
    }

    /** Ends all runs: after a success, and by the health thread when a backend was ejected or returns. */
    public void endAll() {
        for (int index = 0; index < FailureKind.COUNT; index++) {
            if ((int) INTS.getOpaque(runs, index) != 0) {
                INTS.setOpaque(runs, index, 0);
            }
        }
    }

    /** The length of the run of {@code kind} so far. */
    public int length(FailureKind kind) {
        return (int) INTS.getOpaque(runs, kind.index());
    }
}
