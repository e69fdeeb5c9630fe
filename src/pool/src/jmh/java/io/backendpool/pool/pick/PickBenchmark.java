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

/** What a pick costs an event loop, random keys and the request's start and end included. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+UseSerialGC"})
public class PickBenchmark {
    @Param
    public BenchmarkPolicy policy;

    @Param({"3", "100", "10000", "100000"})
    public int backends;

    private RandomGenerator random;
    private BackendLoad[] loads;
    private Picker picker;
    private final int[] underWay = new int[256];
    private int turn;
    private long now;

    @Setup
    public void build() {
        random = new SplittableRandom(1);
        loads = Pools.loads(backends);
        long[] weights = BenchmarkPolicy.weights(backends);
        List<BackendKey> keys = Pools.keys(backends);
        LoadBalancing settings = policy.settings();
        picker = PickPlans.build(settings, keys, weights).picker(loads, random, () -> now);
        // 256 requests are always under way.
        for (int i = 0; i < underWay.length; i++) {
            underWay[i] = picker.pick(random.nextLong());
            loads[underWay[i]].requestStarted();
            loads[underWay[i]].connectionOpened();
        }
    }

    /** Chooses, and counts the request as started and the oldest one as ended. */
    @Benchmark
    public int pick() {
        int picked = picker.pick(random.nextLong());
        BackendLoad load = loads[picked];
        load.requestStarted();
        load.connectionOpened();
        turn = turn + 1 & 255;
        BackendLoad oldest = loads[underWay[turn]];
        underWay[turn] = picked;
        // The time is what the proxy has read anyway.
        now += 1_000;
        oldest.requestEnded(1_000_000 + (now & 0xFFFF), false, now);
        oldest.connectionClosed();
        return picked;
    }
}
