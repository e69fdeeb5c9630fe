package io.backendpool.pool.pick;

import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** The less loaded of some that are drawn by weight, see {@link LeastLoadPicker}. */
final class LeastLoadPlan implements PickPlan {
    /** What is compared. */
    sealed interface Measure {
        /** Requests under way. */
        record Requests() implements Measure {}

        /** Connections held open. */
        record Connections() implements Measure {}

        /**
         * Latency times requests under way.
         *
         * @param decayNanos an old peak weighs e times less after so long
         */
        record ResponseTime(double decayNanos) implements Measure {}
    }

    private final Measure measure;
    private final AliasTable table;
    /** By the backend's index: what its load is multiplied by, so that loads in proportion to the weights are equal. */
    private final double[] scale;

    private final int choices;

    /**
     * A plan.
     *
     * @param choices how many to compare, 2 or more; all, where it is not below the number of backends with a weight
     */
    LeastLoadPlan(Measure measure, long[] weights, int choices) {
        this.measure = measure;
        this.table = new AliasTable(weights);
        this.choices = choices;
        this.scale = new double[weights.length];
        long least = Long.MAX_VALUE;
        for (int member : table.members()) {
            least = Math.min(least, weights[member]);
        }
        for (int member : table.members()) {
            scale[member] = (double) least / weights[member];
        }
    }

    @Override
    public Picker picker(BackendLoad[] loads, RandomGenerator random, LongSupplier nanoClock) {
        return switch (measure) {
            case Measure.Requests unused -> new LeastRequestPicker(this, loads, random);
            case Measure.Connections unused -> new LeastConnectionsPicker(this, loads, random);
            case Measure.ResponseTime time -> {
                if (loads.length > 0) {
                    loads[0].loop().timeRequests(time.decayNanos());
                }
                yield new LeastResponseTimePicker(this, loads, random, nanoClock);
            }
        };
    }

    @Override
    public boolean usesHash() {
        return false;
    }

    AliasTable table() {
        return table;
    }

    double scale(int backend) {
        return scale[backend];
    }

    int choices() {
        return choices;
    }
}
