package io.backendpool.pool.health;

import io.backendpool.pool.PoolMode;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts the rule that traffic is shared by into words.
 *
 * @param levels the priorities that have a group with a weight, the first one first
 * @param panicThreshold percent
 */
record PoolModes(List<Level> levels, int panicThreshold) {

    /**
     * The backends of one priority.
     *
     * @param priority which
     * @param healthy those that can be relied on
     * @param counted these, and those that failed
     * @param tried those that a panic tries
     * @param load percent of the traffic
     * @param panics whether all that are tried get a part of it
     */
    record Level(int priority, int healthy, int counted, int tried, int load, boolean panics) {
        boolean isUsed() {
            return load > 0;
        }
    }

    /** The mode where the eligible backends are those for {@code tier}. */
    PoolMode mode(Use tier) {
        List<Level> used = levels.stream().filter(Level::isUsed).toList();
        if (used.isEmpty()) {
            return new PoolMode(PoolMode.Kind.DOWN, 0, down());
        }
        Level main = used.getFirst();
        for (Level level : used) {
            main = level.load() > main.load() ? level : main;
        }
        PoolMode.Kind kind = kind(tier, used);
        return new PoolMode(kind, main.priority(), sentence(kind, main, used.size() > 1));
    }

    private PoolMode.Kind kind(Use tier, List<Level> used) {
        if (used.stream().anyMatch(Level::panics)) {
            return PoolMode.Kind.PANIC;
        }
        if (used.size() > 1 || !levels.getFirst().isUsed()) {
            return PoolMode.Kind.FAILOVER;
        }
        return switch (tier) {
            case UNPROBED -> PoolMode.Kind.UNPROBED;
            case LAST_RESORT -> PoolMode.Kind.LAST_RESORT;
            case FULL, PANIC_ONLY, NEVER -> PoolMode.Kind.NORMAL;
        };
    }

    private String down() {
        int failed = levels.stream().mapToInt(Level::counted).sum();
        return failed == 0
                ? "no backend may get traffic"
                : "none of %d backends is healthy, and the panic threshold of 0 %% forbids to try them"
                        .formatted(failed);
    }

    private String sentence(PoolMode.Kind kind, Level main, boolean shared) {
        return switch (kind) {
            case NORMAL -> "%d of %d backends are healthy".formatted(main.healthy(), main.counted());
            case UNPROBED -> "no probe has answered for any backend yet: %d are tried".formatted(main.healthy());
            case LAST_RESORT ->
                "no backend is healthy: %d that drain but still serve get the traffic".formatted(main.healthy());
            case FAILOVER -> parts(true);
            case PANIC -> parts(shared || !levels.getFirst().isUsed());
            case DOWN -> down();
        };
    }

    /** The first priority, whatever became of it, and those that get a part of the traffic. */
    private String parts(boolean withLoads) {
        List<String> parts = new ArrayList<>();
        for (Level level : levels) {
            if (level.isUsed() || parts.isEmpty()) {
                parts.add(part(level, withLoads));
            }
        }
        return String.join("; ", parts);
    }

    private String part(Level level, boolean withLoad) {
        String health = level.tried() == 0
                ? "no backend of priority %d may get traffic".formatted(level.priority())
                : "%d of %d backends of priority %d are healthy"
                        .formatted(level.healthy(), level.counted(), level.priority());
        String load = withLoad ? ", it gets %d %% of the traffic".formatted(level.load()) : "";
        String panic = level.isUsed() && level.panics()
                ? ", below the panic threshold of %d %%: all %d are tried".formatted(panicThreshold, level.tried())
                : "";
        return health + load + panic;
    }
}
