package io.backendpool.pool.pick;

import java.util.random.RandomGenerator;

/** Independent weighted random choice in constant time. */
final class RandomPicker implements Picker {
    private final AliasTable table;
    private final RandomGenerator random;

    RandomPicker(AliasTable table, RandomGenerator random) {
        this.table = table;
        this.random = random;
    }

    @Override
    public int pick(long hash, int attempt) {
        return table.members().length == 0 ? NONE : table.draw(random.nextLong());
    }

    @Override
    public boolean usesHash() {
        return false;
    }
}
