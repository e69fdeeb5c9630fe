package io.backendpool.proxy.admin;

import io.backendpool.control.BackendStatus;
import io.backendpool.pool.HealthState;
import io.backendpool.proxy.traffic.StatusCounts;
import io.backendpool.proxy.traffic.TrafficTotals.BackendTotals;
import io.backendpool.proxy.traffic.TrafficTotals.LatencyBucket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The metrics of each backend. A pool of more than {@link #MAX_BACKENDS} has one line a group instead, whose
 * {@code backend} is {@code *}: what Prometheus stores stays bounded.
 */
final class BackendMetrics {
    static final int MAX_BACKENDS = 1_000;

    private static final BackendTotals NO_TRAFFIC =
            new BackendTotals(new StatusCounts(0, 0, 0, 0, 0, 0), 0, 0, List.of(), 0);

    /** What one line tells of: a backend, or all of a group. */
    private record Line(
            String group,
            String backend,
            int healthy,
            double effectiveWeight,
            int inFlight,
            StatusCounts requests,
            long connectFailures,
            List<LatencyBucket> latency,
            double latencySumSeconds) {
        Line plus(Line other) {
            return new Line(
                    group,
                    backend,
                    healthy + other.healthy,
                    effectiveWeight + other.effectiveWeight,
                    inFlight + other.inFlight,
                    sum(requests, other.requests),
                    connectFailures + other.connectFailures,
                    sum(latency, other.latency),
                    latencySumSeconds + other.latencySumSeconds);
        }
    }

    private BackendMetrics() {}

    static void write(MetricsText text, ProxyView view) {
        states(text, view);
        Collection<Line> lines = lines(view);
        text.gauge("backendpool_backend_healthy", "1: healthy; of a whole group (backend=\"*\"): how many are.");
        lines.forEach(line -> text.sample(line.healthy(), labels(line)));
        text.gauge("backendpool_backend_effective_weight", "Its part of its group's weight, after health.");
        lines.forEach(line -> text.sample(line.effectiveWeight(), labels(line)));
        text.gauge("backendpool_backend_in_flight", "Requests under way to it.");
        lines.forEach(line -> text.sample(line.inFlight(), labels(line)));
        text.counter("backendpool_backend_requests_total", "Requests sent to it, by the class of its answer.");
        lines.forEach(line -> MetricsPage.byCode(text, line.requests(), labels(line)));
        text.counter("backendpool_backend_connect_failures_total", "Connections to it that could not be made.");
        lines.forEach(line -> text.sample(line.connectFailures(), labels(line)));
        text.histogram(
                "backendpool_backend_duration_seconds", "Request sent to it to response end, where it answered.");
        lines.stream().filter(line -> !line.latency().isEmpty()).forEach(line -> latency(text, line));
    }

    private static void latency(MetricsText text, Line line) {
        long count = 0;
        for (LatencyBucket bucket : line.latency()) {
            count = bucket.count();
            text.sampleOf(
                    "_bucket",
                    bucket.count(),
                    "group",
                    line.group(),
                    "backend",
                    line.backend(),
                    "le",
                    MetricsText.number(bucket.upperSeconds()));
        }
        text.sampleOf("_sum", line.latencySumSeconds(), labels(line)).sampleOf("_count", count, labels(line));
    }

    private static void states(MetricsText text, ProxyView view) {
        Map<String, Map<HealthState, Integer>> counts = new TreeMap<>();
        for (BackendStatus backend : view.status().backends()) {
            counts.computeIfAbsent(backend.key().group(), group -> new EnumMap<>(HealthState.class))
                    .merge(backend.state(), 1, Integer::sum);
        }
        text.gauge("backendpool_backends", "Backends by state.");
        counts.forEach((group, byState) -> {
            for (HealthState state : HealthState.values()) {
                text.sample(
                        byState.getOrDefault(state, 0),
                        "group",
                        group,
                        "state",
                        state.name().toLowerCase(Locale.ROOT));
            }
        });
    }

    private static Collection<Line> lines(ProxyView view) {
        boolean each = view.status().backends().size() <= MAX_BACKENDS;
        Map<String, Line> lines = new LinkedHashMap<>();
        for (BackendStatus status : view.status().backends()) {
            String backend = each ? status.key().address() : "*";
            BackendTotals traffic = view.totals().backends().getOrDefault(status.key(), NO_TRAFFIC);
            Line line = new Line(
                    status.key().group(),
                    backend,
                    status.state() == HealthState.HEALTHY ? 1 : 0,
                    status.effectiveWeight(),
                    status.inFlight(),
                    traffic.requests(),
                    traffic.connectFailures(),
                    traffic.latency(),
                    traffic.latencySumSeconds());
            lines.merge(line.group() + " " + backend, line, Line::plus);
        }
        return lines.values();
    }

    private static String[] labels(Line line) {
        return new String[] {"group", line.group(), "backend", line.backend()};
    }

    private static List<LatencyBucket> sum(List<LatencyBucket> a, List<LatencyBucket> b) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.isEmpty() ? b : a;
        }
        List<LatencyBucket> sums = new ArrayList<>(a.size());
        for (int i = 0; i < a.size(); i++) {
            sums.add(new LatencyBucket(
                    a.get(i).upperSeconds(), a.get(i).count() + b.get(i).count()));
        }
        return sums;
    }

    private static StatusCounts sum(StatusCounts a, StatusCounts b) {
        return new StatusCounts(
                a.unanswered() + b.unanswered(),
                a.switched() + b.switched(),
                a.success() + b.success(),
                a.redirect() + b.redirect(),
                a.clientError() + b.clientError(),
                a.serverError() + b.serverError());
    }
}
