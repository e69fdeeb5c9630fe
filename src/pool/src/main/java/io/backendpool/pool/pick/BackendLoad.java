package io.backendpool.pool.pick;

/**
 * What one event loop has under way at one backend, and how long it took lately. It belongs to the backend, not to a picker:
 * it stays the same over all revisions that have the backend.
 *
 * <p>Each event loop counts for itself. What it sees is a fair sample of the whole, since connections are spread over the
 * loops by chance; with few requests per loop the sample is coarse.
 *
 * <p>The latency is a peak-sensitive moving average as in Finagle's {@code PeakEwma}: a slower answer counts at once and in
 * full, a faster one only as the old value decays, and a silent backend decays towards 0, so that it is tried again. Other
 * than Finagle's, reading does not change it, and failures count: one is as slow as the backend was, as is usual in the pool,
 * or as it really took, whichever is longest (a refusal in 50 us attracts nobody), and the share of failures among the last
 * eight requests or so makes a backend up to {@value #FAILURE_FACTOR} times as expensive.
 *
 * <p>Thread: one event loop only. Nothing here allocates.
 */
public final class BackendLoad {
    /** What a backend that only fails costs, in terms of one that never does. */
    static final int FAILURE_FACTOR = 10;

    private static final double FAILURE_STEP = 1.0 / 8;
    /** Of a backend that has a request under way and has never answered: above all that were measured. */
    private static final double UNPROVEN = 0x1p60;

    private final LoopLoad loop;
    private int requests;
    private int connections;
    /** In ns, as it was at {@code observedNanos}; negative: never observed. */
    private double latency = -1;

    private long observedNanos;
    private double failures;

    /** Of a backend with nothing under way. */
    public BackendLoad(LoopLoad loop) {
        this.loop = loop;
    }

    /** A request was given to the backend: an HTTP request, a TCP connection, a UDP session. */
    public void requestStarted() {
        requests++;
        loop.started();
    }

    /**
     * A request has ended, however; to be called once for each {@link #requestStarted}.
     *
     * @param latencyNanos what the backend took, in ns; negative: it was not measured, or tells nothing (the client left)
     * @param failed the backend could not be reached, broke off, did not answer in time, or answered with a 5xx
     * @param nowNanos by the same clock as {@link PickPlan#picker}
     */
    public void requestEnded(long latencyNanos, boolean failed, long nowNanos) {
        requests--;
        loop.ended();
        if (latencyNanos >= 0 && loop.timesRequests()) {
            observe(latencyNanos, failed, nowNanos);
        }
    }

    /** A connection is held open for a client: of TCP, a UDP session, a WebSocket, or an HTTP request under way. */
    public void connectionOpened() {
        connections++;
    }

    /** To be called once for each {@link #connectionOpened}. */
    public void connectionClosed() {
        connections--;
    }

    /** Under way now. */
    public int requests() {
        return requests;
    }

    /** Held open for clients now; idle ones that wait for a request do not count. */
    public int connections() {
        return connections;
    }

    /** Whether {@link #requestEnded} wants a latency; where not, the clock need not be read. */
    public boolean timesRequests() {
        return loop.timesRequests();
    }

    /** Those of the whole event loop. */
    LoopLoad loop() {
        return loop;
    }

    /**
     * What one more request would wait for, in ns: the latency times all that share the backend then.
     *
     * <p>A backend never measured costs nothing as long as nothing is under way there, and more than all others while its
     * first request is: so it is tried soon, by one request at a time until there is an answer.
     */
    double expectedNanos(long nowNanos) {
        if (latency < 0) {
            return requests == 0 ? 0 : UNPROVEN * (requests + 1);
        }
        return latency * kept(nowNanos) * (1 + (FAILURE_FACTOR - 1) * failures) * (requests + 1);
    }

    private void observe(long latencyNanos, boolean failed, long nowNanos) {
        double seen = latencyNanos;
        if (failed) {
            seen = Math.max(seen, Math.max(latency, loop.meanNanos()));
        } else {
            loop.succeeded(seen);
        }
        failures += ((failed ? 1 : 0) - failures) * FAILURE_STEP;
        if (seen >= latency) {
            latency = seen;
        } else {
            latency = seen + (latency - seen) * kept(nowNanos);
        }
        observedNanos = nowNanos;
    }

    /** The share that the time since the last answer has left of the latency. */
    private double kept(long nowNanos) {
        return Decay.left((nowNanos - observedNanos) * loop.decayRate());
    }
}
