package io.backendpool.proxy.http;

import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.Certificate;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.Listener;
import io.backendpool.pool.ListenerTls;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.health.EffectiveWeights;
import io.backendpool.pool.session.BackendTags;
import io.backendpool.pool.session.SessionTable;
import io.backendpool.proxy.listener.Listeners;
import io.backendpool.proxy.tls.TlsEngine;
import io.backendpool.proxy.traffic.AccessLog;
import io.backendpool.proxy.traffic.TrafficRecorder;
import io.backendpool.proxy.upstream.LivePool;
import io.backendpool.proxy.upstream.PoolHolder;
import io.backendpool.proxy.upstream.ProxyLimits;
import io.backendpool.proxy.warmup.FreePorts;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A proxy of two event loops on a free port, with the pool that a test gives it. */
public final class Proxy implements AutoCloseable {
    /** What Netty has found in the whole run: buffers that nobody released. */
    public static final List<String> LEAKS = new CopyOnWriteArrayList<>();

    static {
        // The property keeps Vert.x from switching the detector off; the call counts where Netty was loaded before.
        System.setProperty("io.netty.leakDetection.level", "paranoid");
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ByteBufUtil.setLeakListener((type, records) -> LEAKS.add(type + records));
    }

    static final BackendGroup GROUP = new BackendGroup("web", 100);

    final Vertx vertx;
    private final BackendTags tags = new BackendTags();
    public final PoolHolder pools = new PoolHolder();
    public final TrafficRecorder traffic = new TrafficRecorder(System::nanoTime);
    public final Listeners listeners;
    private final int port;
    private int revision;
    private TrafficPolicy policy = TrafficPolicy.DEFAULT;
    private BackendGroup group = GROUP;

    public Proxy(ProxyLimits limits, @Nullable AccessLog accessLog, int loops) throws Exception {
        this("127.0.0.1", limits, accessLog, loops);
    }

    private Proxy(String address, ProxyLimits limits, @Nullable AccessLog accessLog, int loops) throws Exception {
        this(address, limits, MemoryGuard.ofProcess(), accessLog, loops, TlsEngine.best());
    }

    Proxy(String address, ProxyLimits limits, MemoryGuard memory, @Nullable AccessLog accessLog, int loops)
            throws Exception {
        this(address, limits, memory, accessLog, loops, TlsEngine.best());
    }

    public Proxy(ProxyLimits limits, @Nullable AccessLog accessLog, int loops, TlsEngine engine) throws Exception {
        this("127.0.0.1", limits, MemoryGuard.ofProcess(), accessLog, loops, engine);
    }

    private Proxy(
            String address,
            ProxyLimits limits,
            MemoryGuard memory,
            @Nullable AccessLog accessLog,
            int loops,
            TlsEngine engine)
            throws Exception {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops).setPreferNativeTransport(true));
        listeners = new Listeners(
                vertx, address, pools, traffic, limits, memory, accessLog, limits.drainDeadline(), engine);
        port = FreePorts.next();
        apply(List.of(listener("http", port)));
    }

    public static Proxy to(Backend... backends) throws Exception {
        return to(ProxyLimits.defaults(), backends);
    }

    /** One event loop, so that it is certain which connections are shared. */
    public static Proxy to(ProxyLimits limits, Backend... backends) throws Exception {
        Proxy proxy = new Proxy(limits, null, 1);
        proxy.publish(Arrays.stream(backends).mapToInt(Backend::port).toArray());
        return proxy;
    }

    public static Proxy to(TrafficPolicy policy, Backend... backends) throws Exception {
        Proxy proxy = new Proxy(ProxyLimits.defaults(), null, 1).policy(policy);
        proxy.publish(Arrays.stream(backends).mapToInt(Backend::port).toArray());
        return proxy;
    }

    /** One that listens on {@code address}. */
    static Proxy on(String address, TrafficPolicy policy, Backend... backends) throws Exception {
        Proxy proxy = new Proxy(address, ProxyLimits.defaults(), null, 1).policy(policy);
        proxy.publish(Arrays.stream(backends).mapToInt(Backend::port).toArray());
        return proxy;
    }

    /** What the pools that are published from now on say of their traffic. */
    public Proxy policy(TrafficPolicy next) {
        policy = next;
        return this;
    }

    /** Backends that speak {@code protocol}. */
    public static Proxy to(BackendGroup.Protocol protocol, int... ports) throws Exception {
        return to(
                ProxyLimits.defaults(),
                new BackendGroup(
                        GROUP.name(), GROUP.weight(), protocol, null, BackendGroup.ProxyProtocol.NONE, List.of()),
                ports);
    }

    /** The same, with limits of its own. */
    public static Proxy to(ProxyLimits limits, BackendGroup.Protocol protocol, int... ports) throws Exception {
        return to(
                limits,
                new BackendGroup(
                        GROUP.name(), GROUP.weight(), protocol, null, BackendGroup.ProxyProtocol.NONE, List.of()),
                ports);
    }

    /** Backends that are told of the client by a header of the PROXY protocol's version 1. */
    public static Proxy telling(ProxyLimits limits, int... ports) throws Exception {
        return to(
                limits,
                new BackendGroup(
                        GROUP.name(),
                        GROUP.weight(),
                        BackendGroup.Protocol.HTTP,
                        null,
                        BackendGroup.ProxyProtocol.V1,
                        List.of()),
                ports);
    }

    private static Proxy to(ProxyLimits limits, BackendGroup group, int... ports) throws Exception {
        Proxy proxy = new Proxy(limits, null, 1);
        proxy.group = group;
        proxy.publish(ports);
        return proxy;
    }

    public static Listener listener(String name, int port) {
        return new Listener(name, port, Listener.Protocol.HTTP);
    }

    /** No event loop does anything until {@code end}, or for 10 s. Returns at once. */
    public void hold(CountDownLatch end) {
        for (EventExecutor loop : ((VertxInternal) vertx).nettyEventLoopGroup()) {
            var unused = loop.submit(() -> end.await(10, TimeUnit.SECONDS));
        }
    }

    public @Nullable String apply(List<Listener> wanted) throws Exception {
        return listeners.apply(wanted).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /** The same with the certificates that they present. */
    public @Nullable String apply(List<Listener> wanted, List<Certificate> certificates) throws Exception {
        PoolSnapshot snapshot = new PoolSnapshot(
                new PoolId("shop", "web"),
                wanted,
                List.of(GROUP),
                List.of(),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null,
                TrafficPolicy.DEFAULT,
                certificates);
        return listeners.apply(snapshot).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** An HTTPS listener that presents the certificate called {@code certificate}. */
    public static Listener https(int port, String certificate) {
        ListenerTls tls = new ListenerTls(List.of(certificate), ListenerTls.TlsVersion.TLS_1_2);
        return new Listener("https", port, Listener.Protocol.HTTPS, tls, List.of());
    }

    static BackendKey key(int port) {
        return new BackendKey("web", "127.0.0.1", port);
    }

    /** All backends are healthy. */
    public void publish(int... ports) {
        publish(HealthState.HEALTHY, ports);
    }

    public void publish(HealthState state, int... ports) {
        List<io.backendpool.pool.Backend> backends = Arrays.stream(ports)
                .mapToObj(backendPort ->
                        new io.backendpool.pool.Backend(key(backendPort), EndpointConditions.READY, null))
                .toList();
        PoolSnapshot snapshot = new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(listener("http", port)),
                List.of(group),
                backends,
                withoutPanic(new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN)),
                null,
                policy,
                List.of());
        publish(snapshot, backends.stream().map(backend -> state).toList());
    }

    /** Publishes {@code snapshot}, with the states of its backends in its order. */
    void publish(PoolSnapshot snapshot, List<HealthState> states) {
        List<BackendHealth> health = states.stream()
                .map(state -> new BackendHealth(
                        state, "as the test says", Instant.EPOCH, EndpointConditions.READY, null, 0, 0))
                .toList();
        EffectiveWeights weights = EffectiveWeights.of(
                snapshot, health.stream().map(BackendHealth::state).toList());
        PublishedPool published = new PublishedPool(new Revision(++revision, "sha256:00000000"), snapshot);
        SessionTable sessions = SessionTable.of(
                snapshot,
                states,
                weights.picking(),
                name -> snapshot.groups().stream()
                        .filter(group -> group.name().equals(name))
                        .mapToInt(BackendGroup::weight)
                        .sum(),
                tags);
        pools.publish(new LivePool(published, health, weights, false, Map.of(), sessions, List.of()));
    }

    /** Unhealthy backends get nothing, so that a test can say which do. */
    public static LoadBalancing withoutPanic(LoadBalancing usual) {
        return new LoadBalancing(
                usual.policy(),
                usual.leastRequest(),
                usual.decay(),
                usual.ringSize(),
                usual.boundedLoadPercent(),
                usual.hash(),
                usual.locality(),
                usual.subsetSize(),
                0,
                usual.slowStart());
    }

    public int port() {
        return port;
    }

    /** Stops the event loop, of which there must be one, until the result is closed: what comes meanwhile comes at once. */
    public Closeable holdLoop() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        vertx.runOnContext(unused -> {
            held.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        held.await();
        return released::countDown;
    }

    Client connect() throws IOException {
        return new Client(port);
    }

    /** The response to one GET on a connection of its own. */
    String get(String path) throws IOException {
        try (Client client = connect()) {
            return client.get(path).readResponse();
        }
    }

    @Override
    public void close() {
        listeners
                .drain(Duration.ofMillis(100))
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        vertx.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
