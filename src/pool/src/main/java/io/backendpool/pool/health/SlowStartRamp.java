package io.backendpool.pool.health;

import io.backendpool.pool.SlowStart;
import java.time.Duration;

/**
 * How much of its share a backend gets while it warms up: Envoy's formula (arch_overview: slow start mode).
 *
 * <pre>{@code factor(t) = max(minimum, (t / window) ^ (1 / aggression)), 1 from t = window on}</pre>
 *
 * With an aggression of 1 the share grows in a line; above it grows faster at first, below it grows faster at the end.
 * The factor is among the backends of a group, so that the split between groups holds: a group whose backends all warm up
 * gets its whole share.
 *
 * <p>Pure functions; any thread.
 */
public final class SlowStartRamp {
    private SlowStartRamp() {}

    /** The factor at {@code elapsed} after the start: from the minimum, above 0, to 1. */
    public static double factor(SlowStart slowStart, Duration elapsed) {
        double part = (double) elapsed.toNanos() / slowStart.window().toNanos();
        if (part >= 1) {
            return 1;
        }
        double grown = part <= 0 ? 0 : Math.pow(part, 1 / slowStart.aggression());
        // Never nothing: what gets no traffic does not warm up.
        return Math.clamp(grown, Math.max(0.001, slowStart.minimumPercent() / 100.0), 1);
    }

    /**
     * How often weights are worth computing anew while a backend warms up: 30 steps a window, at least 100 ms and at most
     * 5 s apart.
     */
    public static Duration step(SlowStart slowStart) {
        long millis = slowStart.window().toMillis() / 30;
        return Duration.ofMillis(Math.clamp(millis, 100, 5_000));
    }
}
