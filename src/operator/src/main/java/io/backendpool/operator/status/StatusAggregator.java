package io.backendpool.operator.status;

import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.api.v1alpha1.BackendState;
import io.backendpool.api.v1alpha1.BackendSummary;
import io.backendpool.api.v1alpha1.BalancingState;
import io.backendpool.api.v1alpha1.ControlChannelStatus;
import io.backendpool.api.v1alpha1.ProxySummary;
import io.backendpool.api.v1alpha1.TrafficSummary;
import io.backendpool.operator.certificates.CertificateExpiry;
import io.backendpool.operator.control.ConnectedProxy;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.PoolMode;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the status of a pool: a pure function, any thread. The previous status goes in because two things have a memory:
 * a condition's transition time moves only when its status does, and traffic figures stay until they have really moved.
 * After a {@link TakeOver} what the proxies said last stays for a moment.
 */
public final class StatusAggregator {
    /** A status must stay readable and far below the size limit of etcd. */
    static final int MOST_BACKENDS = 100;

    /** How long what a draining backend has left stays as it was said last. */
    public static final Duration DRAIN_INTERVAL = DrainRule.INTERVAL;

    private StatusAggregator() {}

    /**
     * Makes a status.
     *
     * @param report of the same facts, see {@link ReportMerger}
     * @param previous what was written last; null: nothing
     * @param now for transitions that happen by this
     */
    public static BackendPoolStatus aggregate(
            PoolFacts facts, PoolReport report, @Nullable BackendPoolStatus previous, Instant now) {
        BackendPoolStatus status = new BackendPoolStatus();
        status.observedGeneration = facts.spec().generation();
        status.revision = facts.published().revision().number();
        status.digest = facts.published().revision().digest();
        status.address = facts.address().isEmpty() ? null : facts.address();
        status.conditions = conditions(facts, report, previous, now);
        status.summary = summary(report);
        status.balancing = balancing(report);
        status.backends = backends(report, previous, now);
        status.proxies = proxies(facts, report);
        status.controlChannel = controlChannel(facts.certificates());
        status.traffic = traffic(report, previous);
        TakeOver takeOver = facts.takeOver();
        return takeOver == null ? status : takeOver.hold(status, facts);
    }

    private static List<Condition> conditions(
            PoolFacts facts, PoolReport report, @Nullable BackendPoolStatus previous, Instant now) {
        Conditions made = new Conditions(
                previous == null ? null : previous.conditions, facts.spec().generation(), now);
        List<Condition> conditions = new ArrayList<>();
        for (Verdict verdict : new ConditionRules(facts, report).verdicts()) {
            Reason reason = verdict.reason();
            conditions.add(made.of(reason.type().word(), reason.status(), reason.word(), verdict.message()));
        }
        return conditions;
    }

    private static BackendSummary summary(PoolReport report) {
        BackendSummary summary = new BackendSummary();
        summary.total = report.backends().size();
        summary.healthy = report.healthy();
        summary.unhealthy = report.count(HealthState.UNHEALTHY);
        summary.unknown = report.count(HealthState.UNKNOWN);
        summary.ejected = positive(report.count(HealthState.EJECTED));
        summary.warming = positive(report.count(HealthState.WARMING));
        summary.draining = report.count(HealthState.DRAINING);
        summary.ratio = report.healthy() + "/" + report.expected();
        return summary;
    }

    /** Rare states have no number where there are none, so that the usual status stays short. */
    private static @Nullable Integer positive(int count) {
        return count == 0 ? null : count;
    }

    private static @Nullable BalancingState balancing(PoolReport report) {
        PoolReport.Balancing said = report.balancing();
        if (said == null) {
            return null;
        }
        BalancingState balancing = new BalancingState();
        balancing.mode = word(said.mode().kind());
        balancing.priority = said.mode().priority();
        balancing.message = said.mode().sentence();
        balancing.proxies = said.agreeing() + "/" + said.reporting();
        balancing.notes = report.notes().isEmpty() ? null : report.notes();
        return balancing;
    }

    /** The word for {@code kind} in the status and in tables. */
    public static String word(PoolMode.Kind kind) {
        return switch (kind) {
            case NORMAL -> "Normal";
            case UNPROBED -> "Unprobed";
            case LAST_RESORT -> "LastResort";
            case FAILOVER -> "Failover";
            case PANIC -> "Panic";
            case DOWN -> "Down";
        };
    }

    /**
     * Whether {@code status} holds back what draining backends have left now: it is to be made again in {@link
     * #DRAIN_INTERVAL}, even where nobody says anything new until then.
     */
    public static boolean holdsBack(PoolReport report, BackendPoolStatus status) {
        return DrainRule.holdsBack(report, status);
    }

    private static List<BackendState> backends(PoolReport report, @Nullable BackendPoolStatus previous, Instant now) {
        Map<String, BackendState> before = DrainRule.byKey(previous);
        List<PoolReport.Line> shown =
                report.backends().stream().limit(MOST_BACKENDS).toList();
        DrainRule drains = new DrainRule(shown, before, now);
        ShareRule shares = new ShareRule(shown, before, report.minuteRequests());
        return shown.stream().map(line -> state(line, shares, drains)).toList();
    }

    private static BackendState state(PoolReport.Line line, ShareRule shares, DrainRule drains) {
        BackendState state = new BackendState();
        state.group = line.key().group();
        state.address = line.key().address();
        state.origin = line.origin();
        state.health = word(line.state());
        state.reason = line.reason();
        state.declaredWeight = Smoothing.weight(line.declaredWeight());
        state.override = line.override();
        state.adaptation = line.adaptation().isEmpty() ? null : line.adaptation();
        state.effectiveWeight = Smoothing.weight(line.effectiveWeight());
        state.trafficShare = shares.of(line);
        state.drain = drains.of(line);
        state.proxies = line.agreeing() + "/" + line.reporting();
        Instant since = line.since();
        state.since = since == null ? null : Conditions.time(since);
        return state;
    }

    /** The word for {@code state} in the status and in tables. */
    public static String word(HealthState state) {
        return switch (state) {
            case UNHEALTHY -> "Unhealthy";
            case EJECTED -> "Ejected";
            case UNKNOWN -> "Unknown";
            case WARMING -> "Warming";
            case DRAINING -> "Draining";
            case HEALTHY -> "Healthy";
        };
    }

    private static ProxySummary proxies(PoolFacts facts, PoolReport report) {
        ProxySummary proxies = new ProxySummary();
        proxies.desired = facts.desired();
        proxies.ready = report.ready();
        proxies.synced = report.synced();
        proxies.readyRatio = report.ready() + "/" + facts.desired();
        proxies.syncedRatio = report.synced() + "/" + facts.desired();
        proxies.slowestAckMillis = facts.proxies().stream()
                .filter(proxy -> facts.published().revision().equals(proxy.acked()))
                .map(ConnectedProxy::ackTook)
                .filter(Objects::nonNull)
                .max(Duration::compareTo)
                .map(Duration::toMillis)
                .orElse(null);
        proxies.selector = facts.selector().isEmpty() ? null : facts.selector();
        proxies.behindSince = report.behindSince() == null ? null : Conditions.time(report.behindSince());
        return proxies;
    }

    private static ControlChannelStatus controlChannel(CertificateExpiry expiry) {
        ControlChannelStatus channel = new ControlChannelStatus();
        channel.certificateNotAfter = Conditions.time(expiry.server());
        channel.caNotAfter = Conditions.time(expiry.ca());
        return channel;
    }

    private static TrafficSummary traffic(PoolReport report, @Nullable BackendPoolStatus previous) {
        TrafficSummary before = previous == null ? null : previous.traffic;
        TrafficSummary traffic = new TrafficSummary();
        traffic.requestsPerSecond = Smoothing.rate(
                report.requestsPerSecond(), report.windowRequests(), before == null ? null : before.requestsPerSecond);
        traffic.p99 = Smoothing.latency(report.p99Millis(), before == null ? null : before.p99);
        return traffic;
    }
}
