package io.backendpool.pool.pick;

import java.util.random.RandomGenerator;

/** Independent weighted random choice. */
final class RoundRobinPicker implements Picker {
    RoundRobinPicker(long[] weights, RandomGenerator random) {}

    @Override
    public int pick() {
        return NONE;
    }
}
