package io.backendpool.control;

import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.SortedWalk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What turns one snapshot of a pool into another: proportional to the change, not to the pool. For all a and b of one
 * pool, {@code between(a, b).applyTo(a)} equals b. Immutable; any thread.
 */
public final class SnapshotDelta {
    private final @Nullable PoolConfig config;
    private final List<Backend> upserts;
    private final List<BackendKey> removals;

    SnapshotDelta(@Nullable PoolConfig config, List<Backend> upserts, List<BackendKey> removals) {
        this.config = config;
        this.upserts = List.copyOf(upserts);
        this.removals = List.copyOf(removals);
    }

    /** The change from {@code from} to {@code to}, which are of the same pool. */
    public static SnapshotDelta between(PoolSnapshot from, PoolSnapshot to) {
        if (!from.id().equals(to.id())) {
            throw new IllegalArgumentException("pool: " + to.id() + " (expected: " + from.id() + ")");
        }
        List<Backend> upserts = new ArrayList<>();
        List<BackendKey> removals = new ArrayList<>();
        SortedWalk<Backend> before = new SortedWalk<>(from.backends(), Backend::key, gone -> removals.add(gone.key()));
        for (Backend backend : to.backends()) {
            if (!backend.equals(before.find(backend.key()))) {
                upserts.add(backend);
            }
        }
        before.end();
        PoolConfig config = PoolConfig.of(to);
        return new SnapshotDelta(config.equals(PoolConfig.of(from)) ? null : config, upserts, removals);
    }

    /**
     * The snapshot that follows from {@code base}.
     *
     * @throws InvalidSnapshotException the change does not fit: it was made for another base
     */
    public PoolSnapshot applyTo(PoolSnapshot base) throws InvalidSnapshotException {
        Map<BackendKey, Backend> changed = HashMap.newHashMap(upserts.size());
        upserts.forEach(backend -> changed.put(backend.key(), backend));
        Set<BackendKey> unwanted = new HashSet<>(removals);
        Set<BackendKey> left = new HashSet<>();
        List<Backend> backends = new ArrayList<>(base.backends().size() + changed.size());
        for (Backend backend : base.backends()) {
            if (unwanted.contains(backend.key())) {
                left.add(backend.key());
            } else {
                Backend young = changed.remove(backend.key());
                backends.add(young == null ? backend : young);
            }
        }
        for (BackendKey key : removals) {
            if (!left.remove(key)) {
                throw new InvalidSnapshotException(
                        "delta removes backend %s (expected: one of the base's backends)".formatted(key));
            }
        }
        backends.addAll(changed.values());
        try {
            return (config == null ? PoolConfig.of(base) : config).with(base.id(), backends);
        } catch (IllegalArgumentException invalid) {
            throw SnapshotCodec.invalid(invalid);
        }
    }

    /** Nothing changes. */
    public boolean isEmpty() {
        return config == null && upserts.isEmpty() && removals.isEmpty();
    }

    /** How many backends it names. */
    public int size() {
        return upserts.size() + removals.size();
    }

    /** The new configuration, or null where it stays. */
    @Nullable
    PoolConfig config() {
        return config;
    }

    List<Backend> upserts() {
        return upserts;
    }

    List<BackendKey> removals() {
        return removals;
    }

    @Override
    public String toString() {
        return "SnapshotDelta[config=%s, upserts=%s, removals=%s]"
                .formatted(config == null ? "unchanged" : config, upserts, removals);
    }
}
