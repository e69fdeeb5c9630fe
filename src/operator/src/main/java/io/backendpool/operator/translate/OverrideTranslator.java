package io.backendpool.operator.translate;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.WeightOverride;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which overrides of a pool count at a moment, and what becomes of the others: a pure function, any thread. */
final class OverrideTranslator {
    private static final Comparator<OverrideSpec> NEWEST_FIRST =
            Comparator.comparing(OverrideSpec::created).reversed().thenComparing(OverrideSpec::name);

    private OverrideTranslator() {}

    /**
     * What the overrides of one pool come to.
     *
     * @param active what proxies get
     * @param verdicts one for each override, in the order of their names
     * @param nextExpiry when the first of the active ones ends; null: none ends by itself
     */
    record Outcome(
            List<WeightOverride> active,
            List<OverrideVerdict> verdicts,
            @Nullable Instant nextExpiry) {}

    /**
     * Judges {@code overrides}.
     *
     * @param groups of the pool
     * @param backends that the pool has now
     */
    static Outcome translate(
            List<OverrideSpec> overrides, List<BackendGroup> groups, Set<BackendKey> backends, Instant now) {
        Set<String> names = groups.stream().map(BackendGroup::name).collect(Collectors.toSet());
        Map<String, OverrideSpec> active = new LinkedHashMap<>();
        List<OverrideVerdict> verdicts = new ArrayList<>();
        for (OverrideSpec spec : overrides.stream().sorted(NEWEST_FIRST).toList()) {
            verdicts.add(judge(spec, names, backends, active, now));
        }
        verdicts.sort(Comparator.comparing(OverrideVerdict::name));
        return new Outcome(active.values().stream().map(OverrideSpec::override).toList(), verdicts, nextExpiry(active));
    }

    private static OverrideVerdict judge(
            OverrideSpec spec,
            Set<String> groups,
            Set<BackendKey> backends,
            Map<String, OverrideSpec> active,
            Instant now) {
        WeightOverride override = spec.override();
        BackendKey backend = override.backend();
        if (!groups.contains(override.group())) {
            return verdict(
                    spec,
                    OverrideVerdict.Reason.GROUP_NOT_FOUND,
                    "group %s is not in pool %s (expected: one of %s)"
                            .formatted(
                                    override.group(),
                                    spec.pool(),
                                    groups.stream().sorted().toList()));
        }
        if (!override.isActive(now)) {
            return verdict(spec, OverrideVerdict.Reason.EXPIRED, "expired at " + override.until());
        }
        if (backend != null && !backends.contains(backend)) {
            return verdict(
                    spec,
                    OverrideVerdict.Reason.BACKEND_NOT_FOUND,
                    "group %s has no backend %s now; the override waits for it"
                            .formatted(override.group(), backend.address()));
        }
        OverrideSpec newer = active.get(override.target());
        if (newer != null) {
            return verdict(
                    spec,
                    OverrideVerdict.Reason.REPLACED,
                    "override %s of %s is newer and goes first".formatted(newer.name(), override.target()));
        }
        if (active.size() == WeightOverride.MAX_PER_POOL) {
            return verdict(
                    spec,
                    OverrideVerdict.Reason.TOO_MANY,
                    "pool %s has %d newer overrides (expected: at most that many)"
                            .formatted(spec.pool(), WeightOverride.MAX_PER_POOL));
        }
        active.put(override.target(), spec);
        return verdict(spec, OverrideVerdict.Reason.ACTIVE, sentence(override));
    }

    private static String sentence(WeightOverride override) {
        String what = override.drain()
                ? override.target() + " is drained"
                : override.backend() == null
                        ? "group %s has weight %d".formatted(override.target(), override.weight())
                        : "%s has %d %% of its share".formatted(override.target(), override.weight());
        return what
                + (override.until() == null ? "" : " until " + override.until())
                + (override.reason().isEmpty() ? "" : ": " + override.reason());
    }

    private static OverrideVerdict verdict(OverrideSpec spec, OverrideVerdict.Reason reason, String message) {
        return new OverrideVerdict(spec.name(), reason, message);
    }

    private static @Nullable Instant nextExpiry(Map<String, OverrideSpec> active) {
        Instant next = null;
        for (OverrideSpec spec : active.values()) {
            Instant until = spec.override().until();
            if (until != null && (next == null || until.isBefore(next))) {
                next = until;
            }
        }
        return next;
    }
}
