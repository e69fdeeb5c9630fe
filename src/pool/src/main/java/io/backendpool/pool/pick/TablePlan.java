package io.backendpool.pool.pick;

import java.util.Arrays;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Consistent hashing by a table, with or without a bound on loads. */
final class TablePlan implements PickPlan {
    private final Members members;
    private final HashTable table;
    /** By rank: the part of all requests under way that a member may have; empty: without bound. */
    private final double[] bound;

    TablePlan(Members members, HashTable table) {
        this.members = members;
        this.table = table;
        this.bound = new double[0];
    }

    /**
     * Bounded.
     *
     * @param factorPercent what a backend may have under way, in percent of its share, above 100
     */
    TablePlan(Members members, HashTable table, int factorPercent) {
        this.members = members;
        this.table = table;
        this.bound = new double[members.count()];
        Arrays.setAll(bound, rank -> factorPercent / 100.0 * members.share(rank));
    }

    @Override
    public Picker picker(BackendLoad[] loads, RandomGenerator random, LongSupplier nanoClock) {
        return bound.length == 0
                ? new TablePicker(members, table)
                : new BoundedTablePicker(members, table, bound, loads);
    }

    @Override
    public boolean usesHash() {
        return true;
    }
}
