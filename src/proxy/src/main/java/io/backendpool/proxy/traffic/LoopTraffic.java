package io.backendpool.proxy.traffic;

import io.backendpool.pool.BackendKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** What went through one event loop. Written by that loop without locks, read by any thread through {@link TrafficRecorder}. */
@SuppressWarnings("EnumOrdinal") // places in an array that lives as long as the process
public final class LoopTraffic {
    static final int PROXY_ERRORS = StatusClass.COUNT;
    static final int RETRIES = PROXY_ERRORS + 1;
    static final int CONNECT_FAILURES = RETRIES + 1;
    static final int BYTES_IN = CONNECT_FAILURES + 1;
    static final int BYTES_OUT = BYTES_IN + 1;
    static final int LATENCY_MICROS = BYTES_OUT + 1;
    static final int CONNECTIONS = LATENCY_MICROS + 1;
    static final int ACCEPTED = CONNECTIONS + 1;
    static final int QUEUED = ACCEPTED + 1;
    static final int SENT_ON_NEW = QUEUED + 1;
    static final int SENT_ON_REUSED = SENT_ON_NEW + 1;
    static final int OUTCOMES = SENT_ON_REUSED + 1;
    static final int LIMITS = OUTCOMES + Outcome.values().length;
    static final int DATAGRAMS_DROPPED = LIMITS + Limit.values().length;
    static final int PROXY_HEADERS_REFUSED = DATAGRAMS_DROPPED + 1;
    static final int STREAMS = PROXY_HEADERS_REFUSED + 1;
    /** In each kind's part of the counters. */
    static final int STREAM_OPEN = 0;

    static final int STREAM_BYTES_IN = 1;
    static final int STREAM_BYTES_OUT = 2;
    static final int STREAM_OUTCOMES = 3;
    static final int STREAM_FIELDS = STREAM_OUTCOMES + Outcome.values().length;
    static final int FIELDS = STREAMS + StreamKind.values().length * STREAM_FIELDS;

    /** In the window: one counter for each latency bucket, then the proxy's own errors. */
    static final int WINDOW_ERRORS = LatencyScale.BUCKETS;

    static final int WINDOW_FIELDS = WINDOW_ERRORS + 1;

    private final LongSupplier nanoClock;
    private final CounterArray counters = new CounterArray(FIELDS);
    private final CounterArray latency = new CounterArray(LatencyScale.BUCKETS);
    private final Window window = Window.recent(WINDOW_FIELDS);
    private final Map<BackendKey, BackendTraffic> backends = new ConcurrentHashMap<>();

    LoopTraffic(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** The clock that all times given to this object are read from, in nanoseconds, never negative. */
    public long now() {
        return nanoClock.getAsLong();
    }

    /** The counters of a backend, made on first use. The loop. */
    public BackendTraffic backend(BackendKey key) {
        return backends.computeIfAbsent(key, unused -> new BackendTraffic(nanoClock));
    }

    /** Forgets a backend that has left the pool; false: it has something in flight, and is to be forgotten later. The loop. */
    public boolean forget(BackendKey key) {
        BackendTraffic known = backends.get(key);
        if (known != null && known.inFlight() > 0) {
            return false;
        }
        backends.remove(key);
        return true;
    }

    /**
     * A request has ended. The loop.
     *
     * @param status what the client was answered; 0: nothing
     * @param byProxy the answer was the proxy's own
     * @param startNanos when its head was read
     * @param endNanos when its response's end was written
     */
    public void ended(Outcome outcome, int status, boolean byProxy, long startNanos, long endNanos) {
        long micros = Math.max(0, (endNanos - startNanos) / 1000);
        int bucket = LatencyScale.bucket(micros);
        counters.add(StatusClass.of(status), 1);
        counters.add(OUTCOMES + outcome.ordinal(), 1);
        counters.add(LATENCY_MICROS, micros);
        latency.add(bucket, 1);
        window.count(bucket, endNanos);
        if (byProxy && status >= 500) {
            counters.add(PROXY_ERRORS, 1);
            window.count(WINDOW_ERRORS, endNanos);
        }
    }

    public void retried() {
        counters.add(RETRIES, 1);
    }

    public void connectFailed() {
        counters.add(CONNECT_FAILURES, 1);
    }

    public void bytes(long in, long out) {
        counters.add(BYTES_IN, in);
        counters.add(BYTES_OUT, out);
    }

    public void connectionOpened() {
        counters.add(CONNECTIONS, 1);
        counters.add(ACCEPTED, 1);
    }

    public void connectionClosed() {
        counters.add(CONNECTIONS, -1);
    }

    /** So many requests more (or less) wait for a backend with room. */
    public void queued(int change) {
        counters.add(QUEUED, change);
    }

    /**
     * A request goes to a backend.
     *
     * @param reused on a connection that has served before
     */
    public void sent(boolean reused) {
        counters.add(reused ? SENT_ON_REUSED : SENT_ON_NEW, 1);
    }

    public void limitHit(Limit limit) {
        counters.add(LIMITS + limit.ordinal(), 1);
    }

    public void streamOpened(StreamKind kind) {
        counters.add(streams(kind) + STREAM_OPEN, 1);
    }

    public void streamBytes(StreamKind kind, long in, long out) {
        int at = streams(kind);
        counters.add(at + STREAM_BYTES_IN, in);
        counters.add(at + STREAM_BYTES_OUT, out);
    }

    public void streamEnded(StreamKind kind, Outcome outcome) {
        int at = streams(kind);
        counters.add(at + STREAM_OPEN, -1);
        counters.add(at + STREAM_OUTCOMES + outcome.ordinal(), 1);
    }

    /** A datagram was dropped, see {@link StreamTotals#datagramsDropped}. */
    public void datagramDropped() {
        counters.add(DATAGRAMS_DROPPED, 1);
    }

    /** A connection was closed for its PROXY protocol header. */
    public void proxyHeaderRefused() {
        counters.add(PROXY_HEADERS_REFUSED, 1);
    }

    static int streams(StreamKind kind) {
        return STREAMS + kind.ordinal() * STREAM_FIELDS;
    }

    long counter(int field) {
        return counters.get(field);
    }

    long latency(int bucket) {
        return latency.get(bucket);
    }

    void addWindowTo(long[] sums, long nanos) {
        window.addTo(sums, nanos);
    }

    Map<BackendKey, BackendTraffic> backends() {
        return backends;
    }
}
