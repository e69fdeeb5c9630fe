package io.backendpool.pool.pick;

import java.util.random.RandomGenerator;

/** Compares the connections that are held open. */
final class LeastConnectionsPicker extends LeastLoadPicker {
    LeastConnectionsPicker(LeastLoadPlan plan, BackendLoad[] loads, RandomGenerator random) {
        super(plan, loads, random);
    }

    @Override
    double load(BackendLoad load) {
        return load.connections();
    }
}
