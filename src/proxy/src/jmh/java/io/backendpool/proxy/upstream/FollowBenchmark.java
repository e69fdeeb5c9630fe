package io.backendpool.proxy.upstream;

import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.health.EffectiveWeights;
import io.backendpool.proxy.traffic.TrafficRecorder;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.local.LocalChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** For how long an event loop stops to follow a change of one backend. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+UseSerialGC"})
public class FollowBenchmark {
    /** What changes. */
    public enum Change {
        HEALTH,
        BACKEND
    }

    @Param
    public Change change;

    @Param({"100", "10000"})
    public int backends;

    private final DefaultEventLoop loop = new DefaultEventLoop();
    private final PoolHolder pools = new PoolHolder();
    private final LoopUpstreams upstreams = new LoopUpstreams(
            loop,
            LocalChannel::new,
            pools,
            new TrafficRecorder(System::nanoTime).addLoop(),
            ProxyLimits.defaults(),
            LoopShare.ALL,
            new Random(1));
    private LivePool[] turns = {};
    private int turn;

    @Setup
    public void prepare() {
        List<Backend> all = new ArrayList<>();
        for (int i = 0; i < backends; i++) {
            all.add(backend("10.0.%d.%d".formatted(i >> 8, i & 255)));
        }
        List<HealthState> healthy = new ArrayList<>(Collections.nCopies(backends, HealthState.HEALTHY));
        LivePool first = pool(all, healthy);
        if (change == Change.HEALTH) {
            healthy.set(backends / 2, HealthState.UNHEALTHY);
        } else {
            all.set(backends / 2, backend("10.1.0.1"));
        }
        turns = new LivePool[] {first, pool(all, healthy)};
    }

    @TearDown
    public void stop() {
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Benchmark
    public void follow() {
        turn ^= 1;
        pools.publish(turns[turn]);
        upstreams.refresh();
    }

    private static Backend backend(String host) {
        return new Backend(new BackendKey("web", host, 8080), EndpointConditions.READY, null);
    }

    private static LivePool pool(List<Backend> backends, List<HealthState> states) {
        PoolSnapshot snapshot = new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(new Listener("http", 80, Listener.Protocol.HTTP)),
                List.of(new BackendGroup("web", 1)),
                backends,
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null);
        List<BackendHealth> health = states.stream()
                .map(state -> new BackendHealth(state, "", Instant.EPOCH, EndpointConditions.READY, null, 0, 0))
                .toList();
        return new LivePool(
                new PublishedPool(new Revision(1, "sha256:00000000"), snapshot),
                health,
                EffectiveWeights.of(snapshot, states),
                false);
    }
}
