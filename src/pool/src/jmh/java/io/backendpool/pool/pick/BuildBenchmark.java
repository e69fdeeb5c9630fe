package io.backendpool.pool.pick;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.LoadBalancing;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a change of the pool costs: once off the event loops, and once on each of them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+UseSerialGC"})
public class BuildBenchmark {
    @Param
    public BenchmarkPolicy policy;

    @Param({"3", "100", "10000", "100000"})
    public int backends;

    private final RandomGenerator random = new SplittableRandom(1);
    private List<BackendKey> keys;
    private long[] weights;
    private LoadBalancing settings;
    private BackendLoad[] loads;
    private PickPlan plan;

    @Setup
    public void prepare() {
        keys = Pools.keys(backends);
        weights = BenchmarkPolicy.weights(backends);
        settings = policy.settings();
        loads = Pools.loads(backends);
        plan = PickPlans.build(settings, keys, weights);
    }

    /** Off the event loops. */
    @Benchmark
    public PickPlan plan() {
        return PickPlans.build(settings, keys, weights);
    }

    /** On each event loop. */
    @Benchmark
    public Picker picker() {
        return plan.picker(loads, random, () -> 0);
    }
}
