package io.backendpool.pool.health;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.WeightOverride;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The overrides that are in force at one moment, by what they are about. Those that have expired are left out. No
 * two are about the same (see {@code PoolSnapshot}); a drain of a group drains its backends whatever is said of each.
 *
 * <p>Immutable; any thread.
 */
public final class Overrides {
    private final Map<String, WeightOverride> groupWeights = new HashMap<>();
    private final Map<String, WeightOverride> groupDrains = new HashMap<>();
    private final Map<BackendKey, WeightOverride> backendWeights = new HashMap<>();
    private final Map<BackendKey, WeightOverride> backendDrains = new HashMap<>();
    private final @Nullable Instant nextExpiry;

    private Overrides(List<WeightOverride> all, Instant now) {
        Instant next = null;
        for (WeightOverride override : all) {
            Instant until = override.until();
            if (!override.isActive(now)) {
                continue;
            }
            if (until != null && (next == null || until.isBefore(next))) {
                next = until;
            }
            add(override);
        }
        nextExpiry = next;
    }

    private void add(WeightOverride override) {
        BackendKey backend = override.backend();
        if (backend == null) {
            (override.drain() ? groupDrains : groupWeights).put(override.group(), override);
        } else {
            (override.drain() ? backendDrains : backendWeights).put(backend, override);
        }
    }

    /** Those of {@code all} that are in force at {@code now}. */
    public static Overrides of(List<WeightOverride> all, Instant now) {
        return new Overrides(all, now);
    }

    /** The weight of {@code group}, 0 to 1,000,000; null: as declared. */
    public @Nullable Integer groupWeight(String group) {
        WeightOverride override = groupWeights.get(group);
        return override == null ? null : override.weight();
    }

    /** The percent of its share that {@code backend} gets, 0 to 100. */
    public int percent(BackendKey backend) {
        WeightOverride override = backendWeights.get(backend);
        return override == null ? 100 : override.weight();
    }

    /** Why {@code backend} is drained, for people: {@code drained by an override: disk full}; null: it is not. */
    public @Nullable String drain(BackendKey backend) {
        WeightOverride override = backendDrains.get(backend);
        if (override == null) {
            override = groupDrains.get(backend.group());
        }
        if (override == null) {
            return null;
        }
        String until = override.until() == null ? "" : " until " + override.until();
        return "drained by an override" + until + (override.reason().isEmpty() ? "" : ": " + override.reason());
    }

    /** When the first of them expires, so that weights are to be computed anew; null: none does. */
    public @Nullable Instant nextExpiry() {
        return nextExpiry;
    }

    /** How many groups and backends are overridden. */
    public int size() {
        return groupWeights.size() + groupDrains.size() + backendWeights.size() + backendDrains.size();
    }
}
