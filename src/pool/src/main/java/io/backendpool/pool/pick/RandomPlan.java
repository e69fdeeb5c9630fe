package io.backendpool.pool.pick;

import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Independent weighted random choice. */
final class RandomPlan implements PickPlan {
    private final AliasTable table;

    RandomPlan(long[] weights) {
        table = new AliasTable(weights);
    }

    @Override
    public Picker picker(BackendLoad[] loads, RandomGenerator random, LongSupplier nanoClock) {
        return new RandomPicker(table, random);
    }

    @Override
    public boolean usesHash() {
        return false;
    }
}
