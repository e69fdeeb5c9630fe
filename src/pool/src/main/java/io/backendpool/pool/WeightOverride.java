package io.backendpool.pool;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an operator or a tool says against the manifest, until a time.
 *
 * @param group the group that it is about
 * @param backend the one backend of it; null: all of the group. It may be gone from the pool
 * @param drain no new requests and sessions; {@code weight} is then 0
 * @param weight for a group its weight, 0 to 1,000,000; for a backend a percentage of its share, 0 to 100
 * @param until from then on it counts no more; null: until it is taken away
 * @param reason why, for people; may be empty
 */
public record WeightOverride(
        String group,
        @Nullable BackendKey backend,
        boolean drain,
        int weight,
        @Nullable Instant until,
        String reason) {
    public static final int MAX_PER_POOL = 256;

    public WeightOverride {
        Require.notEmpty("override.group", group);
        if (backend != null && !backend.group().equals(group)) {
            throw new IllegalArgumentException(
                    "override.backend: %s (expected: one of group %s)".formatted(backend, group));
        }
        if (drain) {
            Require.inRange("override.weight of a drain", weight, 0, 0);
        } else if (backend == null) {
            Require.inRange("override.weight", weight, 0, BackendGroup.MAX_WEIGHT);
        } else {
            Require.inRange("override.weightPercent", weight, 0, 100);
        }
    }

    /** Whether it counts at {@code now}. */
    public boolean isActive(Instant now) {
        return until == null || now.isBefore(until);
    }

    /** What it is about; no two overrides of a pool are about the same. */
    public String target() {
        return backend == null ? group : backend.toString();
    }

    /** The end of a sentence about it, as much as there is: {@code  until 2026-01-31T06:00:00Z: disk full}. */
    public String untilAndReason() {
        return (until == null ? "" : " until " + until) + (reason.isEmpty() ? "" : ": " + reason);
    }
}
