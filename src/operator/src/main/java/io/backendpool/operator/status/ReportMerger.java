package io.backendpool.operator.status;

import io.backendpool.control.BackendStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Traffic;
import io.backendpool.operator.control.ConnectedProxy;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.PoolMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes one report of those of many proxies. Pure; any thread.
 *
 * <p>Health is the opinion of most proxies that report the backend, and the worse one where two are held by as many:
 *
 * <pre>
 *   healthy healthy unhealthy  ->  healthy, 2/3
 *   healthy unhealthy          ->  unhealthy, 1/2
 * </pre>
 *
 * <p>The rule that traffic is shared by is found in the same way.
 */
public final class ReportMerger {
    /** As many as the CRD takes. */
    private static final int MOST_NOTES = 32;

    private ReportMerger() {}

    /** Merges what {@code proxies} say of {@code published}. */
    public static PoolReport merge(PublishedPool published, List<ConnectedProxy> proxies) {
        Map<BackendKey, List<BackendStatus>> reports = new HashMap<>();
        long sent = 0;
        long requests = 0;
        double perSecond = 0;
        double p99 = 0;
        int ready = 0;
        int synced = 0;
        Instant behindSince = null;
        for (ConnectedProxy proxy : proxies) {
            for (BackendStatus backend : proxy.status().backends()) {
                reports.computeIfAbsent(backend.key(), key -> new ArrayList<>()).add(backend);
                sent += backend.minuteRequests();
            }
            Traffic traffic = proxy.status().traffic();
            requests += traffic.windowRequests();
            if (traffic.windowMillis() > 0) {
                perSecond += traffic.windowRequests() * 1000.0 / traffic.windowMillis();
            }
            p99 = Math.max(p99, traffic.p99Millis());
            ready += proxy.status().ready() ? 1 : 0;
            behindSince = earlier(behindSince, proxy.behindSince());
            synced += published.revision().equals(proxy.acked()) ? 1 : 0;
        }
        return new PoolReport(
                lines(published, reports, sent),
                balancing(proxies),
                notes(proxies),
                ready,
                synced,
                proxies.size(),
                behindSince,
                requests,
                sent,
                perSecond,
                p99);
    }

    private static PoolReport.@Nullable Balancing balancing(List<ConnectedProxy> proxies) {
        // From the worst rule to the best, so of equal counts the worse one is met first and stays.
        Map<Rule, List<PoolMode>> votes = new TreeMap<>();
        int reporting = 0;
        for (ConnectedProxy proxy : proxies) {
            PoolMode mode = proxy.status().mode();
            if (mode != null) {
                votes.computeIfAbsent(new Rule(mode.kind(), mode.priority()), rule -> new ArrayList<>())
                        .add(mode);
                reporting++;
            }
        }
        List<PoolMode> most = List.of();
        for (List<PoolMode> same : votes.values()) {
            most = same.size() > most.size() ? same : most;
        }
        return most.isEmpty() ? null : new PoolReport.Balancing(most.getFirst(), most.size(), reporting);
    }

    private record Rule(PoolMode.Kind kind, int priority) implements Comparable<Rule> {
        private static final Comparator<Rule> WORST_FIRST =
                Comparator.comparing(Rule::kind).thenComparing(Rule::priority).reversed();

        @Override
        public int compareTo(Rule other) {
            return WORST_FIRST.compare(this, other);
        }
    }

    private static List<String> notes(List<ConnectedProxy> proxies) {
        return proxies.stream()
                .flatMap(proxy -> proxy.status().notes().stream())
                .distinct()
                .limit(MOST_NOTES)
                .toList();
    }

    private static @Nullable Instant earlier(@Nullable Instant first, @Nullable Instant second) {
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        return second.isBefore(first) ? second : first;
    }

    private static List<PoolReport.Line> lines(
            PublishedPool published, Map<BackendKey, List<BackendStatus>> reports, long sent) {
        Map<String, Integer> sizes = new HashMap<>();
        for (Backend backend : published.snapshot().backends()) {
            sizes.merge(backend.key().group(), 1, Integer::sum);
        }
        Map<String, Integer> weights = new HashMap<>();
        for (BackendGroup group : published.snapshot().groups()) {
            weights.put(group.name(), group.weight());
        }
        OverrideWords overrides = new OverrideWords(published.snapshot().overrides());
        List<PoolReport.Line> lines = new ArrayList<>();
        for (Backend backend : published.snapshot().backends()) {
            String group = backend.key().group();
            double declared = (double) weights.getOrDefault(group, 0) / sizes.getOrDefault(group, 1);
            lines.add(line(backend, declared, overrides, reports.getOrDefault(backend.key(), List.of()), sent));
        }
        lines.sort(Comparator.comparing(PoolReport.Line::state).thenComparing(PoolReport.Line::key));
        return lines;
    }

    private static PoolReport.Line line(
            Backend backend, double declared, OverrideWords overrides, List<BackendStatus> opinions, long sent) {
        String override = overrides.about(backend.key());
        if (opinions.isEmpty()) {
            return new PoolReport.Line(
                    backend.key(),
                    backend.origin(),
                    HealthState.UNKNOWN,
                    "no proxy has reported it yet",
                    null,
                    declared,
                    override,
                    0,
                    Double.NaN,
                    "",
                    backend.conditions().terminating(),
                    false,
                    null,
                    0,
                    0);
        }
        HealthState verdict = verdict(opinions);
        List<BackendStatus> agreeing =
                opinions.stream().filter(opinion -> opinion.state() == verdict).toList();
        Instant since = agreeing.stream()
                .map(BackendStatus::since)
                .min(Comparator.naturalOrder())
                .orElseThrow();
        double effective = opinions.stream()
                .mapToDouble(BackendStatus::effectiveWeight)
                .average()
                .orElse(0);
        long recent = opinions.stream().mapToLong(BackendStatus::windowRequests).sum();
        long own = opinions.stream().mapToLong(BackendStatus::minuteRequests).sum();
        long open = opinions.stream().mapToLong(BackendStatus::inFlight).sum();
        return new PoolReport.Line(
                backend.key(),
                backend.origin(),
                verdict,
                agreeing.getFirst().reason(),
                since,
                declared,
                override,
                effective,
                sent == 0 ? Double.NaN : (double) own / sent,
                opinions.stream()
                        .map(BackendStatus::adaptation)
                        .filter(words -> !words.isEmpty())
                        .findFirst()
                        .orElse(""),
                backend.conditions().terminating(),
                // One that has seen it ready knows more than those that came later.
                opinions.stream().allMatch(BackendStatus::starting),
                verdict == HealthState.DRAINING
                        ? new PoolReport.Drain(open, recent, overrides.drainedUntil(backend.key()))
                        : null,
                agreeing.size(),
                opinions.size());
    }

    private static HealthState verdict(List<BackendStatus> opinions) {
        Map<HealthState, Integer> votes = new EnumMap<>(HealthState.class);
        opinions.forEach(opinion -> votes.merge(opinion.state(), 1, Integer::sum));
        HealthState best = opinions.getFirst().state();
        // The map runs from the worst state to the best, so of equal counts the worse one is met first and stays.
        int most = 0;
        for (Map.Entry<HealthState, Integer> entry : votes.entrySet()) {
            if (entry.getValue() > most) {
                most = entry.getValue();
                best = entry.getKey();
            }
        }
        return best;
    }
}
