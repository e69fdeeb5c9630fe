package io.backendpool.proxy.traffic;

import java.util.function.LongSupplier;

/**
 * What one event loop sent to one backend. Written by that loop, read by any thread; outlives every rebuild of the loop's
 * view of the pool.
 */
public final class BackendTraffic {
    private static final int IN_FLIGHT = StatusClass.COUNT;
    private static final int CONNECT_FAILURES = IN_FLIGHT + 1;
    private static final int LATENCY_MICROS = CONNECT_FAILURES + 1;
    private static final int LATENCY = LATENCY_MICROS + 1;
    private static final int FIELDS = LATENCY + BackendLatencyScale.BUCKETS;

    private final CounterArray counters = new CounterArray(FIELDS);
    private final Window recent = Window.recent(1);
    private final Window minute = Window.minute();
    private final LongSupplier nanoClock;

    BackendTraffic(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** A request goes to this backend. The loop. */
    public void started(long nanos) {
        counters.add(IN_FLIGHT, 1);
        recent.count(0, nanos);
        minute.count(0, nanos);
    }

    /**
     * The request has ended. The loop.
     *
     * @param status what it was answered; 0: the backend did not answer
     * @param startNanos what was given to {@link #started}
     * @param endNanos of now
     */
    public void ended(int status, long startNanos, long endNanos) {
        counters.add(IN_FLIGHT, -1);
        counters.add(StatusClass.of(status), 1);
        if (status != 0) {
            long micros = Math.max(0, (endNanos - startNanos) / 1000);
            counters.add(LATENCY_MICROS, micros);
            counters.add(LATENCY + BackendLatencyScale.bucket(micros), 1);
        }
    }

    /** What has ended was no request: there is no status to count. The loop. */
    public void streamEnded() {
        counters.add(IN_FLIGHT, -1);
    }

    /** No connection could be made. The loop. */
    public void connectFailed() {
        counters.add(CONNECT_FAILURES, 1);
    }

    int inFlight() {
        return (int) counters.get(IN_FLIGHT);
    }

    long windowRequests() {
        return recent.sum(nanoClock.getAsLong());
    }

    long minuteRequests() {
        return minute.sum(nanoClock.getAsLong());
    }

    long byStatus(int statusClass) {
        return counters.get(statusClass);
    }

    long latencyMicros() {
        return counters.get(LATENCY_MICROS);
    }

    long latency(int bucket) {
        return counters.get(LATENCY + bucket);
    }

    long connectFailures() {
        return counters.get(CONNECT_FAILURES);
    }
}
