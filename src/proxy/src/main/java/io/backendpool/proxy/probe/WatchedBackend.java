package io.backendpool.proxy.probe;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.health.Adaptation;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.health.Tally;
import io.backendpool.proxy.upstream.BackendOutcomes;
import org.jspecify.annotations.Nullable;

/** What is known of one backend, and who finds out more. The monitor's event loop only. */
final class WatchedBackend {
    final BackendKey key;
    final BackendOutcomes outcomes = new BackendOutcomes();
    /** In the snapshot's order. */
    int index;

    BackendHealth health;

    /** How it is probed; null: it is not. */
    ProbePlan.@Nullable Way way;

    @Nullable
    BackendProber<ProbeResult> prober;

    /** Of its agent. */
    @Nullable
    BackendProber<AgentReport> listener;

    Adaptation adaptation = Adaptation.NONE;
    private Tally swept = Tally.NONE;
    private Tally adapted = Tally.NONE;

    WatchedBackend(BackendKey key, BackendHealth health) {
        this.key = key;
        this.health = health;
    }

    /** What became of its requests since this was asked last. */
    Tally sinceSweep() {
        Tally now = outcomes.tally();
        Tally window = now.minus(swept);
        swept = now;
        return window;
    }

    /** The same, of the other who asks. */
    Tally sinceAdaptation() {
        Tally now = outcomes.tally();
        Tally window = now.minus(adapted);
        adapted = now;
        return window;
    }
}
