package io.backendpool.proxy;

import io.backendpool.proxy.listener.Listeners;
import io.backendpool.proxy.probe.HealthMonitor;
import io.backendpool.proxy.traffic.TrafficRecorder;
import io.backendpool.proxy.upstream.PoolHolder;
import io.backendpool.proxy.upstream.ProxyLimits;
import io.vertx.core.Vertx;
import io.vertx.core.transport.Transport;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A data plane on loopback without what is around it: no process, no control channel, no warm-up. */
final class InProcessProxy {
    private final Vertx traffic;
    private final Vertx side = EventLoops.create(1, Transport.NIO);
    final PoolHolder pools = new PoolHolder();
    final TrafficRecorder recorder = new TrafficRecorder(System::nanoTime);
    final LiveDataPlane dataPlane;
    private final Listeners listeners;
    private final HealthMonitor monitor;

    /**
     * Serves no pool yet.
     *
     * @param loops event loops that carry traffic
     * @param clock for the times of health
     */
    InProcessProxy(int loops, InstantSource clock) {
        traffic = EventLoops.create(loops, Transport.NIO);
        listeners = new Listeners(traffic, "127.0.0.1", pools, recorder, ProxyLimits.defaults(), null);
        monitor = new HealthMonitor(side, pools, clock, System::nanoTime, new Random(1));
        dataPlane = new LiveDataPlane(Backends.POOL, traffic, listeners, monitor, recorder, () -> true);
    }

    void close() throws Exception {
        monitor.close().toCompletableFuture().get(10, TimeUnit.SECONDS);
        listeners.drain(Duration.ZERO).toCompletableFuture().get(10, TimeUnit.SECONDS);
        for (Vertx vertx : List.of(traffic, side)) {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }
}
