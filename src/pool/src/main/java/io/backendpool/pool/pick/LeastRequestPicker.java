package io.backendpool.pool.pick;

import java.util.random.RandomGenerator;

/** Compares the requests under way. */
final class LeastRequestPicker extends LeastLoadPicker {
    LeastRequestPicker(LeastLoadPlan plan, BackendLoad[] loads, RandomGenerator random) {
        super(plan, loads, random);
    }

    @Override
    double load(BackendLoad load) {
        return load.requests();
    }
}
