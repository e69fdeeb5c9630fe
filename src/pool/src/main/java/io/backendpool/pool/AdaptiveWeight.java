package io.backendpool.pool;

/**
 * Whether the weight of a backend follows its latency and its errors, in relation to the others of the pool.
 *
 * @param mode off, shown only, or applied
 * @param floor of the declared weight, the lowest percentage that it may go to, 1 to 1,000
 * @param ceiling of the declared weight, the highest, {@code floor} to 1,000
 * @param step of the declared weight, by how many percent it changes at once, 1 to 100
 */
public record AdaptiveWeight(Mode mode, int floor, int ceiling, int step) {
    public static final AdaptiveWeight OFF = new AdaptiveWeight(Mode.OFF, 10, 200, 10);

    /** What becomes of the adapted weight. */
    public enum Mode {
        /** There is none. */
        OFF,
        /** The status shows it. */
        OBSERVE,
        /** Traffic follows it. */
        ENFORCE
    }

    public AdaptiveWeight {
        Require.inRange("adaptiveWeight.floor", floor, 1, 1_000);
        Require.inRange("adaptiveWeight.ceiling", ceiling, 1, 1_000);
        Require.inRange("adaptiveWeight.step", step, 1, 100);
        if (floor > ceiling) {
            throw new IllegalArgumentException(
                    "adaptiveWeight.floor: %d (expected: at most the ceiling, %d)".formatted(floor, ceiling));
        }
    }
}
