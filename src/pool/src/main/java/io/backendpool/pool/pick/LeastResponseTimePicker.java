package io.backendpool.pool.pick;

import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Compares how long one more request would take, see {@link BackendLoad}. */
final class LeastResponseTimePicker extends LeastLoadPicker {
    private final LongSupplier nanoClock;
    private long now;

    LeastResponseTimePicker(LeastLoadPlan plan, BackendLoad[] loads, RandomGenerator random, LongSupplier nanoClock) {
        super(plan, loads, random);
        this.nanoClock = nanoClock;
    }

    @Override
    void begin() {
        now = nanoClock.getAsLong();
    }

    @Override
    double load(BackendLoad load) {
        return load.expectedNanos(now);
    }
}
