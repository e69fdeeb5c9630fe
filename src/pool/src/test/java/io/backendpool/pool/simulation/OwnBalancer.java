package io.backendpool.pool.simulation;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.pick.BackendLoad;
import io.backendpool.pool.pick.LoopLoad;
import io.backendpool.pool.pick.PickPlan;
import io.backendpool.pool.pick.PickPlans;
import io.backendpool.pool.pick.Picker;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** What the proxy does, with the code of the proxy. */
final class OwnBalancer implements Balancer {
    private final RandomGenerator random;
    private final BackendLoad[] loads;
    private final Picker picker;
    private long now;

    OwnBalancer(LoadBalancing settings, int backends, RandomGenerator random) {
        this.random = random;
        LoopLoad loop = new LoopLoad();
        loads = IntStream.range(0, backends)
                .mapToObj(i -> new BackendLoad(loop))
                .toArray(BackendLoad[]::new);
        long[] weights = new long[backends];
        Arrays.fill(weights, 1);
        PickPlan plan = PickPlans.build(
                settings,
                IntStream.range(0, backends)
                        .mapToObj(i -> new BackendKey("web", "10.0.0." + i, 80))
                        .toList(),
                weights);
        picker = plan.picker(loads, random, () -> now);
    }

    @Override
    public int choose(long nowNanos) {
        now = nowNanos;
        int chosen = picker.pick(random.nextLong());
        loads[chosen].requestStarted();
        return chosen;
    }

    @Override
    public void ended(int backend, long latencyNanos, long nowNanos) {
        loads[backend].requestEnded(latencyNanos, false, nowNanos);
    }
}
