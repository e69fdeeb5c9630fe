package io.backendpool.pool;

import java.time.Duration;

/**
 * How a new or recovered backend comes to its share: after time t in the window its weight is multiplied by
 * {@code max(minimumPercent / 100, (t / window)^(1 / aggression))}, as in Envoy.
 *
 * @param window 1 ms to 24 h
 * @param aggression 0.1 to 10; 1: in proportion to time, above it faster at first
 * @param minimumPercent what it begins with, 1 to 100
 */
public record SlowStart(Duration window, double aggression, int minimumPercent) {
    public static final double DEFAULT_AGGRESSION = 1.0;
    public static final int DEFAULT_MINIMUM_PERCENT = 10;

    public SlowStart {
        Require.duration("loadBalancing.slowStart.window", window);
        Require.inRange("loadBalancing.slowStart.aggression", aggression, 0.1, 10);
        Require.inRange("loadBalancing.slowStart.minimumPercent", minimumPercent, 1, 100);
    }
}
