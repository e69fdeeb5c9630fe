package io.backendpool.operator.standalone;

import io.backendpool.operator.standalone.FaultyBackend.Mode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What has been done to a pool, and what follows from it by the documentation alone (docs/reference/balancing.md): written
 * anew for the test, so that it shares no mistake with the code.
 */
final class ExpectedPool {
    /** The words of the status, the worst first. */
    static final List<String> WORST_FIRST =
            List.of("Unhealthy", "Ejected", "Unknown", "Warming", "Draining", "Healthy");

    /** One backend, and which proxies have ejected it. */
    record Member(String group, FaultyBackend backend, Set<Integer> ejectedBy) {
        Member(String group, FaultyBackend backend) {
            this(group, backend, new HashSet<>());
        }

        /** As overrides name it. */
        String target() {
            return group + "/" + backend.address();
        }
    }

    /** Declared weights of the groups. */
    final Map<String, Integer> weights = new LinkedHashMap<>();

    final List<Member> members = new ArrayList<>();
    /** By target: of a group its weight, of a backend its percent; null: drained. */
    final Map<String, @Nullable Integer> overrides = new LinkedHashMap<>();

    boolean detectsOutliers = true;

    List<Member> of(String group) {
        return members.stream().filter(member -> member.group.equals(group)).toList();
    }

    /** What proxy {@code proxy} must think of {@code member}. */
    String health(int proxy, Member member) {
        if (member.backend.mode() != Mode.WELL) {
            return "Unhealthy";
        }
        if (isDrained(member)) {
            return "Draining";
        }
        return member.ejectedBy.contains(proxy) ? "Ejected" : "Healthy";
    }

    /** Words that the reason of a state must have. */
    String reason(String health, Member member) {
        return switch (health) {
            case "Unhealthy" ->
                switch (member.backend.mode()) {
                    case DEAD -> "refused";
                    case SICK -> "HTTP 503";
                    case SLOW -> "timeout";
                    case WELL -> throw new IllegalStateException(member + " is well");
                };
            case "Draining" -> "drained by an override";
            case "Ejected" -> "5xx 1 in a row";
            default -> "probes succeed";
        };
    }

    private boolean isDrained(Member member) {
        return isDrained(member.group) || isDrained(member.target());
    }

    private boolean isDrained(String target) {
        return overrides.containsKey(target) && overrides.get(target) == null;
    }

    private int weight(String group) {
        Integer overridden = overrides.get(group);
        return overridden == null ? weights.getOrDefault(group, 0) : overridden;
    }

    double declaredWeight(Member member) {
        return (double) weights.getOrDefault(member.group, 0) / of(member.group).size();
    }

    /** The part of its group's weight that {@code member} must have at proxy {@code proxy}. */
    double effectiveWeight(int proxy, Member member) {
        if (!health(proxy, member).equals("Healthy")) {
            return 0;
        }
        List<Member> sharers = of(member.group).stream()
                .filter(other -> health(proxy, other).equals("Healthy"))
                .toList();
        double even = (double) weight(member.group) / sharers.size();
        Integer percent = overrides.get(member.target());
        if (percent != null) {
            return even * percent / 100;
        }
        double taken = 0;
        int free = 0;
        for (Member sharer : sharers) {
            Integer its = overrides.get(sharer.target());
            taken += its == null ? 0 : even * its / 100;
            free += its == null ? 1 : 0;
        }
        return (weight(member.group) - taken) / free;
    }

    /** Whether something is said of {@code member} or of its group. */
    boolean isOverridden(Member member) {
        return overrides.containsKey(member.group) || overrides.containsKey(member.target());
    }

    /** The manifest, with a listener on {@code port}. */
    String manifest(String name, int port) {
        StringBuilder yaml = new StringBuilder("""
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPool
                metadata: {name: %s}
                spec:
                  listeners: [{name: http, port: %d, protocol: HTTP}]
                  loadBalancing: {panicThreshold: 0}
                  healthCheck: {http: {path: %s}, interval: 200ms, timeout: 150ms, healthyThreshold: 1, unhealthyThreshold: 2}
                """.formatted(name, port, FaultyBackend.HEALTH));
        if (detectsOutliers) {
            yaml.append("  outlierDetection: {consecutive5xx: 1, consecutiveTimeouts: 0, consecutiveResets: 0,"
                    + " consecutiveLocalOriginFailures: 0, baseEjectionTime: 1h, maxEjectionTime: 1h,"
                    + " maxEjectionPercent: 100}\n");
        }
        yaml.append("  backends:\n");
        weights.forEach((group, weight) -> yaml.append("    - {name: %s, weight: %d, addresses: %s}%n"
                .formatted(
                        group,
                        weight,
                        of(group).stream()
                                .map(member -> '"' + member.backend.address() + '"')
                                .toList())));
        return yaml.toString();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("weights %s, overrides %s".formatted(weights, overrides));
        members.forEach(member -> text.append(
                "; %s %s ejected by %s".formatted(member.target(), member.backend.mode(), member.ejectedBy)));
        return text.toString();
    }
}
