package io.backendpool.operator.status;

import io.backendpool.control.Revision;
import io.backendpool.operator.control.ConnectedProxy;
import io.backendpool.operator.translate.Finding;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.PoolMode;
import io.backendpool.pool.WeightOverride;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which reason holds for each condition: a table of rules, the first that fits wins. Pure. */
final class ConditionRules {
    private static final int MOST_NAMED = 3;

    private final PoolFacts facts;
    private final PoolReport report;
    private final Revision revision;

    ConditionRules(PoolFacts facts, PoolReport report) {
        this.facts = facts;
        this.report = report;
        this.revision = facts.published().revision();
    }

    /** One for each condition, in their order. */
    List<Verdict> verdicts() {
        Verdict references = resolvedRefs();
        Verdict programmed = programmed();
        Verdict stalled = stalled(programmed);
        return List.of(
                new Verdict(Reason.ACCEPTED, "the manifest is valid"),
                references,
                programmed,
                ready(),
                reconciling(references, programmed, stalled),
                stalled,
                overridden());
    }

    private Verdict resolvedRefs() {
        List<Finding> findings = facts.translation().findings();
        for (Finding.Kind kind : List.of(
                Finding.Kind.LISTENER_WITHOUT_CERTIFICATE,
                Finding.Kind.UNSUPPORTED_SOURCE,
                Finding.Kind.SERVICE_NOT_FOUND,
                Finding.Kind.SERVICE_PORT_NOT_FOUND,
                Finding.Kind.SERVICE_UNREADABLE,
                Finding.Kind.SECRET_NOT_FOUND,
                Finding.Kind.SECRET_UNREADABLE,
                Finding.Kind.CERTIFICATE_INVALID,
                Finding.Kind.CERTIFICATE_EXPIRED,
                Finding.Kind.CERTIFICATE_NOT_YET_VALID,
                Finding.Kind.UNRESOLVED_NAME,
                Finding.Kind.STALE_NAME,
                Finding.Kind.CERTIFICATE_EXPIRES_SOON)) {
            if (findings.stream().anyMatch(finding -> finding.kind() == kind)) {
                return new Verdict(
                        reason(kind),
                        firstOf(Stream.concat(
                                        findings.stream().filter(finding -> finding.kind() == kind),
                                        findings.stream().filter(finding -> finding.kind() != kind))
                                .map(Finding::toString)
                                .toList()));
            }
        }
        return facts.translation().complete()
                ? new Verdict(Reason.RESOLVED_REFS, "all references are resolved")
                : new Verdict(Reason.RESOLVING, "DNS names are being looked up, or Services or Secrets are being read");
    }

    private static Reason reason(Finding.Kind kind) {
        return switch (kind) {
            case LISTENER_WITHOUT_CERTIFICATE -> Reason.LISTENER_WITHOUT_CERTIFICATE;
            case SECRET_NOT_FOUND -> Reason.SECRET_NOT_FOUND;
            case SECRET_UNREADABLE -> Reason.SECRET_UNREADABLE;
            case CERTIFICATE_INVALID -> Reason.CERTIFICATE_INVALID;
            case CERTIFICATE_EXPIRED -> Reason.CERTIFICATE_EXPIRED;
            case CERTIFICATE_NOT_YET_VALID -> Reason.CERTIFICATE_NOT_YET_VALID;
            case CERTIFICATE_EXPIRES_SOON -> Reason.CERTIFICATE_EXPIRES_SOON;
            case UNSUPPORTED_SOURCE -> Reason.UNSUPPORTED_SOURCE;
            case SERVICE_NOT_FOUND -> Reason.SERVICE_NOT_FOUND;
            case SERVICE_PORT_NOT_FOUND -> Reason.SERVICE_PORT_NOT_FOUND;
            case SERVICE_UNREADABLE -> Reason.SERVICE_UNREADABLE;
            case UNRESOLVED_NAME -> Reason.NAME_NOT_RESOLVED;
            case STALE_NAME -> Reason.NAME_STALE;
        };
    }

    private Verdict programmed() {
        for (ConnectedProxy proxy : facts.proxies()) {
            ConnectedProxy.Rejection rejection = proxy.rejection();
            if (rejection != null && rejection.revision().equals(revision)) {
                return new Verdict(
                        Reason.REJECTED,
                        "proxy %s refused revision %d: %s; the last good one goes on"
                                .formatted(proxy.proxy(), revision.number(), rejection.reason()));
            }
        }
        if (facts.desired() > 0 && facts.proxies().isEmpty()) {
            if (facts.takeOver() != null) {
                return new Verdict(
                        Reason.PENDING,
                        "0/%d proxies are known to run revision %d: they are yet to dial this operator, which has just taken over"
                                .formatted(facts.desired(), revision.number()));
            }
            return new Verdict(Reason.NO_PROXY_CONNECTED, "0 of %d proxies are connected".formatted(facts.desired()));
        }
        List<String> stale = facts.proxies().stream()
                .filter(proxy -> !revision.equals(proxy.acked()))
                .map(ConditionRules::staleName)
                .toList();
        String counted = "%d/%d proxies run revision %d".formatted(report.synced(), facts.desired(), revision.number());
        if (!stale.isEmpty()) {
            return new Verdict(Reason.PENDING, counted + "; not yet: " + firstOf(stale));
        }
        return report.synced() >= facts.desired()
                ? new Verdict(Reason.PROGRAMMED, counted)
                : new Verdict(Reason.PENDING, counted);
    }

    private static String staleName(ConnectedProxy proxy) {
        Revision acked = proxy.acked();
        return proxy.proxy() + (acked == null ? " (none so far)" : " (revision " + acked.number() + ")");
    }

    private Verdict ready() {
        if (report.connected() == 0) {
            return new Verdict(
                    Reason.NO_REPORT,
                    "no proxy is connected to say so; a proxy that runs goes on with the last good pool");
        }
        if (report.ready() == 0) {
            return new Verdict(Reason.PROXIES_NOT_READY, "0 of %d proxies take traffic".formatted(facts.desired()));
        }
        int draining = report.count(HealthState.DRAINING);
        String counted = "%d/%d backends are healthy".formatted(report.healthy(), report.expected())
                + (draining == 0 ? "" : ", %d more %s".formatted(draining, draining == 1 ? "drains" : "drain"));
        boolean eligible = report.backends().stream().anyMatch(line -> line.effectiveWeight() > 0);
        if (!eligible) {
            return new Verdict(Reason.NO_ELIGIBLE_BACKEND, "no backend may get traffic: " + counted);
        }
        PoolReport.Balancing balancing = report.balancing();
        return balancing == null ? byHealth(counted) : byMode(balancing.mode(), counted);
    }

    private Verdict byMode(PoolMode mode, String counted) {
        return switch (mode.kind()) {
            case PANIC -> new Verdict(Reason.PANIC, mode.sentence());
            case FAILOVER ->
                new Verdict(Reason.FAILOVER, "priority %d gets most: %s".formatted(mode.priority(), mode.sentence()));
            case LAST_RESORT -> new Verdict(Reason.LAST_RESORT, mode.sentence());
            case UNPROBED -> new Verdict(Reason.UNPROBED, mode.sentence());
            // Down: in the opinion of some proxies only, for others give backends a weight.
            case NORMAL, DOWN -> byHealth(counted);
        };
    }

    private Verdict byHealth(String counted) {
        boolean well = report.expected() > 0 && report.healthy() == report.expected();
        return new Verdict(well ? Reason.ALL_HEALTHY : Reason.DEGRADED, counted);
    }

    private Verdict overridden() {
        List<WeightOverride> overrides = facts.published().snapshot().overrides();
        return overrides.isEmpty()
                ? new Verdict(Reason.NOT_OVERRIDDEN, "traffic goes by the manifest alone")
                : new Verdict(
                        Reason.OVERRIDE_ACTIVE,
                        firstOf(overrides.stream().map(OverrideWords::sentence).toList()));
    }

    private static Verdict reconciling(Verdict references, Verdict programmed, Verdict stalled) {
        if (stalled.reason() != Reason.NOT_STALLED) {
            return new Verdict(Reason.BLOCKED, "see Stalled");
        }
        if (programmed.reason() != Reason.PROGRAMMED) {
            return new Verdict(Reason.PROGRESSING, programmed.message());
        }
        return references.reason() == Reason.RESOLVING
                ? new Verdict(Reason.PROGRESSING, references.message())
                : new Verdict(Reason.UP_TO_DATE, "what was asked for is live");
    }

    private Verdict stalled(Verdict programmed) {
        if (!facts.sourceProblems().isEmpty()) {
            return new Verdict(
                    Reason.INVALID_MANIFEST, firstOf(facts.sourceProblems()) + "; the last good manifest goes on");
        }
        if (programmed.reason() == Reason.REJECTED) {
            return new Verdict(Reason.REVISION_REJECTED, programmed.message());
        }
        return facts.proxyProblems().isEmpty()
                ? new Verdict(Reason.NOT_STALLED, "nothing is stuck")
                : new Verdict(Reason.PROXY_FAILING, firstOf(facts.proxyProblems()));
    }

    /** A message stays short however much is wrong. */
    private static String firstOf(List<String> texts) {
        String shown = texts.stream().limit(MOST_NAMED).collect(Collectors.joining("; "));
        return texts.size() <= MOST_NAMED ? shown : shown + "; and " + (texts.size() - MOST_NAMED) + " more";
    }
}
