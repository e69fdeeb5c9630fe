package io.backendpool.proxy.upstream;

import io.backendpool.pool.health.FailureRuns;
import io.backendpool.pool.health.Outcomes;
import io.backendpool.pool.health.Tally;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What became of the requests to one backend, over all event loops of the proxy. Made by the health monitor, and as long in the
 * pool as the backend. Any thread.
 */
public final class BackendOutcomes {
    private final FailureRuns runs = new FailureRuns();
    private final List<Outcomes> loops = new CopyOnWriteArrayList<>();

    /** How often in a row the backend has failed. */
    public FailureRuns runs() {
        return runs;
    }

    /** The counters of one more event loop, for it alone to write to. */
    Outcomes join() {
        Outcomes outcomes = new Outcomes(runs);
        loops.add(outcomes);
        return outcomes;
    }

    /** All since the beginning. */
    public Tally tally() {
        Tally sum = Tally.NONE;
        for (Outcomes outcomes : loops) {
            sum = sum.plus(outcomes.tally());
        }
        return sum;
    }
}
