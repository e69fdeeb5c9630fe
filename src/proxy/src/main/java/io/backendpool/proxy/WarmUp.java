package io.backendpool.proxy;

import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.health.EffectiveWeights;
import io.backendpool.proxy.listener.Listeners;
import io.backendpool.proxy.traffic.TrafficRecorder;
import io.backendpool.proxy.upstream.LivePool;
import io.backendpool.proxy.upstream.PoolHolder;
import io.backendpool.proxy.upstream.ProxyLimits;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Drives synthetic requests through the proxy's own request path until the JIT has compiled it: clients, a listener and a
 * backend on loopback ports that nobody else knows, with a pool and counters of their own, on the event loops that will
 * carry the traffic.
 */
final class WarmUp {
    /** What is reached within the time limit on common machines; the curve of latency is flat by then. */
    static final int REQUESTS = 20_000;

    private static final String LOOPBACK = "127.0.0.1";
    private static final int CLIENTS_PER_LOOP = 4;
    private static final int PORT_TRIES = 5;
    /** A cold, busy machine may take this many times the limit. */
    private static final int PATIENCE = 3;

    private final Vertx traffic;
    private final Vertx side;
    private final int clients;
    private final int requests;
    private final Duration limit;
    /** When to give up, however slow the machine is. */
    private final long lastNanos;
    /** When it is enough; set by the first answer, because until then classes are loaded and nothing is warmed. */
    private final AtomicLong enoughNanos;

    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();

    /**
     * Made, not yet running.
     *
     * @param traffic whose event loops to warm
     * @param side where the clients and the backend run
     * @param requests how many to send at most
     * @param limit how long to go on after the first answer; in all it may take three times as long
     */
    WarmUp(Vertx traffic, Vertx side, int eventLoops, int requests, Duration limit) {
        this.traffic = traffic;
        this.side = side;
        this.clients = CLIENTS_PER_LOOP * eventLoops;
        this.requests = requests;
        this.limit = limit;
        this.lastNanos = System.nanoTime() + limit.multipliedBy(PATIENCE).toNanos();
        this.enoughNanos = new AtomicLong(lastNanos);
    }

    /** Warms. The future has how many requests were answered, and fails where the path could not be driven at all. */
    Future<Integer> run() {
        PoolHolder pools = new PoolHolder();
        Listeners listeners = new Listeners(
                traffic, LOOPBACK, pools, new TrafficRecorder(System::nanoTime), ProxyLimits.defaults(), null);
        HttpServer backend = side.createHttpServer().requestHandler(WarmUp::answer);
        NetClient client = side.createNetClient();
        return backend.listen(0, LOOPBACK)
                .compose(server -> bind(listeners, pools, server.actualPort(), PORT_TRIES))
                .compose(port -> drive(client, port))
                .eventually(() -> Future.join(
                        client.close(), Future.fromCompletionStage(listeners.drain(Duration.ZERO)), backend.close()))
                .map(done -> answered.get());
    }

    private static void answer(HttpServerRequest request) {
        request.endHandler(end -> {
            if (request.path().endsWith("/chunked")) {
                request.response().setChunked(true).write("warm");
                request.response().end();
            } else {
                request.response().putHeader("Content-Type", "text/plain").end(WarmUpClient.BODY);
            }
        });
    }

    /** Listeners have fixed ports, so a free one is looked for; it may be taken in between. */
    private static Future<Integer> bind(Listeners listeners, PoolHolder pools, int backendPort, int tries) {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral(LOOPBACK))) {
            port = free.getLocalPort();
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
        LivePool pool = pool(port, backendPort);
        pools.publish(pool);
        return Future.fromCompletionStage(listeners.apply(pool.pool().snapshot().listeners()))
                .compose(unbound -> {
                    if (unbound == null) {
                        return Future.succeededFuture(port);
                    }
                    return tries > 1
                            ? bind(listeners, pools, backendPort, tries - 1)
                            : Future.failedFuture(new IOException(unbound));
                });
    }

    private static LivePool pool(int port, int backendPort) {
        Backend backend = new Backend(new BackendKey("warm-up", LOOPBACK, backendPort), EndpointConditions.READY, null);
        PoolSnapshot snapshot = new PoolSnapshot(
                new PoolId("internal", "warm-up"),
                List.of(new Listener("warm-up", port, Listener.Protocol.HTTP)),
                List.of(new BackendGroup("warm-up", 1)),
                List.of(backend),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null);
        BackendHealth health = BackendHealth.initial(EndpointConditions.READY, null, Instant.EPOCH);
        return new LivePool(
                new PublishedPool(new Revision(1, "sha256:"), snapshot),
                List.of(health),
                EffectiveWeights.of(snapshot, List.of(health.state())),
                false);
    }

    private Future<Void> drive(NetClient client, int port) {
        List<Future<Void>> running = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            running.add(client.connect(port, LOOPBACK).compose(socket -> {
                Promise<Void> done = Promise.promise();
                new WarmUpClient(socket, this::next, this::answered, done).start();
                side.setTimer(Math.max(1, (lastNanos - System.nanoTime()) / 1_000_000), late -> done.tryComplete());
                return done.future();
            }));
        }
        return Future.all(running).mapEmpty();
    }

    private void answered() {
        if (answered.incrementAndGet() == 1) {
            enoughNanos.set(Math.min(lastNanos, System.nanoTime() + limit.toNanos()));
        }
    }

    /** The number of the next request to send; null: enough. */
    private @Nullable Integer next() {
        int number = begun.getAndIncrement();
        return number >= 0 && number < requests && System.nanoTime() - enoughNanos.get() < 0 ? number : null;
    }
}
