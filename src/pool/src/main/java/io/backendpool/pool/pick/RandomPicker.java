package io.backendpool.pool.pick;

import java.util.random.RandomGenerator;

/** Independent weighted random choice. */
final class RandomPicker implements Picker {
    RandomPicker(long[] weights, RandomGenerator random) {}

    @Override
    public int pick() {
        return NONE;
    }
}
