package io.backendpool.pool.pick;

/**
 * What the {@link BackendLoad}s of one pool on one event loop have in common: their sum, and what latency is usual.
 *
 * <p>Thread: one event loop only.
 */
public final class LoopLoad {
    /** The mean follows the last 64 requests or so. */
    private static final double MEAN_STEP = 1.0 / 64;

    private int requests;
    /** 1 / ns; 0: latencies are not kept. */
    private double decayRate;

    private double meanNanos;

    /** Requests under way on all backends, those that have left the pool included. */
    public int requests() {
        return requests;
    }

    /** A policy compares latencies: requests are worth timing. */
    public boolean timesRequests() {
        return decayRate > 0;
    }

    /** From now on latencies are kept, and an old peak weighs e times less after so long. */
    void timeRequests(double decayNanos) {
        decayRate = 1 / decayNanos;
    }

    /** What of a latency decays in a nanosecond. */
    double decayRate() {
        return decayRate;
    }

    /** Of successes, in ns; 0 before the first. */
    double meanNanos() {
        return meanNanos;
    }

    void started() {
        requests++;
    }

    void ended() {
        requests--;
    }

    void succeeded(double latencyNanos) {
        meanNanos = meanNanos == 0 ? latencyNanos : meanNanos + (latencyNanos - meanNanos) * MEAN_STEP;
    }
}
