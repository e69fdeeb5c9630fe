package io.backendpool.proxy.stream;

import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.CircuitBreaker;
import io.backendpool.pool.ClientLimits;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.HttpSettings;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.Retries;
import io.backendpool.pool.Timeouts;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.health.EffectiveWeights;
import io.backendpool.proxy.http.Proxy;
import io.backendpool.proxy.listener.Listeners;
import io.backendpool.proxy.traffic.AccessRecord;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.traffic.StreamKind;
import io.backendpool.proxy.traffic.TrafficRecorder;
import io.backendpool.proxy.upstream.LivePool;
import io.backendpool.proxy.upstream.PoolHolder;
import io.backendpool.proxy.upstream.ProxyLimits;
import io.backendpool.proxy.warmup.FreePorts;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A proxy whose pool has the listeners, groups and backends that a test gives it. */
final class StreamProxy implements AutoCloseable {
    static final Timeouts TIMEOUTS = Timeouts.DEFAULT;
    static final Duration SHORT = Duration.ofMillis(300);

    private final Vertx vertx;
    private final PoolHolder pools = new PoolHolder();
    final TrafficRecorder traffic = new TrafficRecorder(System::nanoTime);
    final List<AccessRecord> accessLog = new CopyOnWriteArrayList<>();
    final Listeners listeners;
    List<BackendGroup> groups = List.of(new BackendGroup("web", 100));
    List<BackendKey> backends = List.of();
    final Set<BackendKey> unhealthy = new HashSet<>();
    TrafficPolicy policy = TrafficPolicy.DEFAULT;
    private List<Listener> open = List.of();
    private int revision;

    StreamProxy() {
        this("127.0.0.1", 1, true);
    }

    StreamProxy(String bind, int loops, boolean nativeTransport) {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops).setPreferNativeTransport(nativeTransport));
        listeners = new Listeners(vertx, bind, pools, traffic, ProxyLimits.defaults(), accessLog::add, SHORT);
    }

    /** Opens one listener and publishes the backends; returns its port. */
    int serve(Listener.Protocol protocol, BackendKey... keys) throws Exception {
        backends = List.of(keys);
        int port = FreePorts.next();
        apply(new Listener("in", port, protocol));
        return port;
    }

    @Nullable
    String apply(Listener... wanted) throws Exception {
        String problem = listeners.apply(List.of(wanted)).toCompletableFuture().get(10, TimeUnit.SECONDS);
        if (problem == null) {
            open = List.of(wanted);
            publish();
        }
        return problem;
    }

    /** Makes what the fields say the live pool. */
    void publish() {
        List<Backend> all = backends.stream()
                .map(key -> new Backend(key, EndpointConditions.READY, null))
                .toList();
        PoolSnapshot snapshot = new PoolSnapshot(
                new PoolId("shop", "web"),
                open,
                groups,
                all,
                Proxy.withoutPanic(new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN)),
                null,
                policy,
                List.of());
        List<BackendHealth> health = snapshot.backends().stream()
                .map(backend -> new BackendHealth(
                        unhealthy.contains(backend.key()) ? HealthState.UNHEALTHY : HealthState.HEALTHY,
                        "as the test says",
                        Instant.EPOCH,
                        EndpointConditions.READY,
                        null,
                        0,
                        0))
                .toList();
        EffectiveWeights weights = EffectiveWeights.of(
                snapshot, health.stream().map(BackendHealth::state).toList());
        pools.publish(new LivePool(
                new PublishedPool(new Revision(++revision, "sha256:00000000"), snapshot), health, weights, false));
    }

    static TrafficPolicy policy(Timeouts timeouts, ClientLimits limits) {
        return new TrafficPolicy(timeouts, Retries.DEFAULT, CircuitBreaker.DEFAULT, limits, HttpSettings.DEFAULT);
    }

    static TrafficPolicy policy(Duration requestHead, Duration idle, Duration stream) {
        return policy(
                new Timeouts(TIMEOUTS.connect(), requestHead, TIMEOUTS.request(), idle, stream, TIMEOUTS.queue()),
                ClientLimits.DEFAULT);
    }

    static BackendKey key(int port) {
        return key("web", port);
    }

    static BackendKey key(String group, int port) {
        return new BackendKey(group, "127.0.0.1", port);
    }

    static Socket connect(int port) throws IOException {
        return connect("127.0.0.1", port);
    }

    static Socket connect(String address, int port) throws IOException {
        Socket socket = new Socket(InetAddress.ofLiteral(address), port);
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** A UDP port that nobody has. */
    static int freeUdpPort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    long ended(StreamKind kind, Outcome outcome) {
        return traffic.totals().streams().kind(kind).ended().getOrDefault(outcome, 0L);
    }

    long connectFailures(BackendKey key) {
        return Objects.requireNonNull(traffic.totals().backends().get(key)).connectFailures();
    }

    int open(StreamKind kind) {
        return traffic.totals().streams().kind(kind).open();
    }

    @Override
    public void close() {
        listeners
                .drain(Duration.ofMillis(1))
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
