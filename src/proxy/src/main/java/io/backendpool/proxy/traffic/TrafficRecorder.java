package io.backendpool.proxy.traffic;

import io.backendpool.control.Traffic;
import io.backendpool.pool.BackendKey;
import io.backendpool.proxy.traffic.TrafficTotals.BackendTotals;
import io.backendpool.proxy.traffic.TrafficTotals.LatencyBucket;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What went through the whole proxy: one {@link LoopTraffic} per event loop, added up when someone asks. Any thread;
 * reading costs some microseconds and never slows the writers.
 */
@SuppressWarnings("EnumOrdinal") // places in an array that lives as long as the process
public final class TrafficRecorder {
    private static final double[] BOUNDS_SECONDS = {
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60
    };

    /** 1.024 ms and each four times the one before, so that they are bounds of {@link BackendLatencyScale}, too. */
    private static final int BACKEND_BOUNDS = 9;

    private final LongSupplier nanoClock;
    private final long startNanos;
    private final HandshakeCounters handshakes;
    private final List<LoopTraffic> loops = new CopyOnWriteArrayList<>();

    /**
     * A recorder that has seen nothing.
     *
     * @param nanoClock monotonic, for example {@code System::nanoTime}; its origin does not matter
     */
    public TrafficRecorder(LongSupplier nanoClock) {
        long origin = nanoClock.getAsLong();
        this.nanoClock = () -> nanoClock.getAsLong() - origin;
        this.startNanos = this.nanoClock.getAsLong();
        this.handshakes = new HandshakeCounters(this.nanoClock);
    }

    /** The counters of one more event loop, which becomes their only writer. */
    public LoopTraffic addLoop() {
        LoopTraffic loop = new LoopTraffic(nanoClock);
        loops.add(loop);
        return loop;
    }

    /** How clients' TLS handshakes end. */
    public HandshakeCounters handshakes() {
        return handshakes;
    }

    /** The last ten seconds. */
    public Traffic traffic() {
        long now = nanoClock.getAsLong();
        long[] window = new long[LoopTraffic.WINDOW_FIELDS];
        loops.forEach(loop -> loop.addWindowTo(window, now));
        long requests = 0;
        for (int i = 0; i < LatencyScale.BUCKETS; i++) {
            requests += window[i];
        }
        long age = Math.max(1, (now - startNanos) / 1_000_000);
        // The window is ten whole seconds and what has passed of the one under way.
        long length = Window.RECENT_SECONDS * 1000L + now / 1_000_000 % 1000;
        return new Traffic(
                (int) Math.min(length, age),
                requests,
                window[LoopTraffic.WINDOW_ERRORS],
                LatencyScale.quantile(window, 0.99) / 1000.0,
                statuses().total(),
                clientConnections());
    }

    /** Requests sent to a backend in the last ten seconds. */
    public long windowRequests(BackendKey key) {
        return sum(key, BackendTraffic::windowRequests);
    }

    /** Requests sent to a backend in the last minute. */
    public long minuteRequests(BackendKey key) {
        return sum(key, BackendTraffic::minuteRequests);
    }

    /** Requests under way to a backend. */
    public int inFlight(BackendKey key) {
        return (int) sum(key, BackendTraffic::inFlight);
    }

    private long sum(BackendKey key, ToLongFunction<BackendTraffic> figure) {
        long sum = 0;
        for (LoopTraffic loop : loops) {
            BackendTraffic backend = backend(loop, key);
            sum += backend == null ? 0 : figure.applyAsLong(backend);
        }
        return sum;
    }

    /** Connections of clients that are open now. */
    public int clientConnections() {
        return (int) sum(LoopTraffic.CONNECTIONS);
    }

    /** All counters since the start. */
    public TrafficTotals totals() {
        Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            outcomes.put(outcome, sum(LoopTraffic.OUTCOMES + outcome.ordinal()));
        }
        Map<Limit, Long> limits = new EnumMap<>(Limit.class);
        for (Limit limit : Limit.values()) {
            limits.put(limit, sum(LoopTraffic.LIMITS + limit.ordinal()));
        }
        return new TrafficTotals(
                statuses(),
                sum(LoopTraffic.PROXY_ERRORS),
                outcomes,
                backends(),
                sum(LoopTraffic.RETRIES),
                sum(LoopTraffic.CONNECT_FAILURES),
                sum(LoopTraffic.BYTES_IN),
                sum(LoopTraffic.BYTES_OUT),
                latencyBuckets(),
                sum(LoopTraffic.LATENCY_MICROS) / 1e6,
                limits,
                (int) sum(LoopTraffic.QUEUED),
                sum(LoopTraffic.SENT_ON_NEW),
                sum(LoopTraffic.SENT_ON_REUSED),
                handshakes.totals(),
                clientConnections(),
                sum(LoopTraffic.ACCEPTED),
                streams());
    }

    private StreamTotals streams() {
        Map<StreamKind, StreamTotals.Kind> kinds = new EnumMap<>(StreamKind.class);
        for (StreamKind kind : StreamKind.values()) {
            int at = LoopTraffic.streams(kind);
            Map<Outcome, Long> ended = new EnumMap<>(Outcome.class);
            for (Outcome outcome : Outcome.values()) {
                ended.put(outcome, sum(at + LoopTraffic.STREAM_OUTCOMES + outcome.ordinal()));
            }
            kinds.put(
                    kind,
                    new StreamTotals.Kind(
                            (int) sum(at + LoopTraffic.STREAM_OPEN),
                            sum(at + LoopTraffic.STREAM_BYTES_IN),
                            sum(at + LoopTraffic.STREAM_BYTES_OUT),
                            ended));
        }
        return new StreamTotals(kinds, sum(LoopTraffic.DATAGRAMS_DROPPED), sum(LoopTraffic.PROXY_HEADERS_REFUSED));
    }

    private StatusCounts statuses() {
        long[] counts = new long[StatusClass.COUNT];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = sum(i);
        }
        return StatusCounts.of(counts);
    }

    private Map<BackendKey, BackendTotals> backends() {
        Map<BackendKey, BackendTotals> totals = new HashMap<>();
        for (LoopTraffic loop : loops) {
            loop.backends().keySet().forEach(key -> totals.computeIfAbsent(key, this::backendTotals));
        }
        return totals;
    }

    private BackendTotals backendTotals(BackendKey key) {
        long[] counts = new long[StatusClass.COUNT];
        long[] latency = new long[BackendLatencyScale.BUCKETS];
        long latencyMicros = 0;
        long connectFailures = 0;
        for (LoopTraffic loop : loops) {
            BackendTraffic backend = backend(loop, key);
            if (backend == null) {
                continue;
            }
            for (int i = 0; i < counts.length; i++) {
                counts[i] += backend.byStatus(i);
            }
            for (int i = 0; i < latency.length; i++) {
                latency[i] += backend.latency(i);
            }
            latencyMicros += backend.latencyMicros();
            connectFailures += backend.connectFailures();
        }
        return new BackendTotals(
                StatusCounts.of(counts), connectFailures, inFlight(key), backendLatency(latency), latencyMicros / 1e6);
    }

    private static List<LatencyBucket> backendLatency(long[] counts) {
        List<LatencyBucket> buckets = new ArrayList<>(BACKEND_BOUNDS + 1);
        long seen = 0;
        int next = 0;
        for (int i = 0; i < BACKEND_BOUNDS; i++) {
            long bound = 1024L << (2 * i);
            for (; BackendLatencyScale.highest(next) < bound; next++) {
                seen += counts[next];
            }
            buckets.add(new LatencyBucket(bound / 1e6, seen));
        }
        for (; next < counts.length; next++) {
            seen += counts[next];
        }
        buckets.add(new LatencyBucket(Double.POSITIVE_INFINITY, seen));
        return buckets;
    }

    private List<LatencyBucket> latencyBuckets() {
        List<LatencyBucket> buckets = new ArrayList<>();
        long seen = 0;
        int next = 0;
        for (double bound : BOUNDS_SECONDS) {
            for (; next < LatencyScale.BUCKETS && LatencyScale.highest(next) <= bound * 1e6; next++) {
                seen += latency(next);
            }
            buckets.add(new LatencyBucket(bound, seen));
        }
        for (; next < LatencyScale.BUCKETS; next++) {
            seen += latency(next);
        }
        buckets.add(new LatencyBucket(Double.POSITIVE_INFINITY, seen));
        return buckets;
    }

    private long latency(int bucket) {
        long sum = 0;
        for (LoopTraffic loop : loops) {
            sum += loop.latency(bucket);
        }
        return sum;
    }

    private long sum(int field) {
        long sum = 0;
        for (LoopTraffic loop : loops) {
            sum += loop.counter(field);
        }
        return sum;
    }

    private static @Nullable BackendTraffic backend(LoopTraffic loop, BackendKey key) {
        return loop.backends().get(key);
    }
}
