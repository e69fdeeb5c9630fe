package io.backendpool.operator.control;

import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.v1.ControlChannelGrpc;
import io.backendpool.operator.certificates.CertificateAuthority;
import io.backendpool.operator.certificates.CertificateExpiry;
import io.backendpool.operator.logs.PoolLog;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The operator's end of the control channel: proxies dial it, prove themselves and are kept at the newest revision of
 * their pool. Any thread may call its methods; they do not wait for proxies.
 */
public final class ControlServer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ControlServer.class);
    private static final int MAX_METADATA_BYTES = 16 << 10;
    private static final long HANDSHAKE_SECONDS = 5;
    private static final long STOP_SECONDS = 2;

    private final ControlServerConfig config;
    private final CertificateAuthority authority;
    private final RevisionStore revisions;
    private final Clock clock;
    private final Server server;
    private final Map<PoolId, PoolSessions> pools = new ConcurrentHashMap<>();
    private final Set<PoolId> changed = ConcurrentHashMap.newKeySet();
    private final List<Consumer<PoolId>> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService timer;
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    private final ExecutorService events = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("control-events").factory());

    private ControlServer(
            ControlServerConfig config,
            CertificateAuthority authority,
            TokenVerifier tokens,
            RevisionStore revisions,
            Clock clock)
            throws IOException {
        this.config = config;
        this.authority = authority;
        this.revisions = revisions;
        this.clock = clock;
        ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("control-timer").factory());
        timers.setRemoveOnCancelPolicy(true);
        this.timer = timers;
        SslContext tls = GrpcSslContexts.configure(
                        SslContextBuilder.forServer(new RotatingKeyManager(authority)), SslProvider.JDK)
                .protocols("TLSv1.3")
                .build();
        this.server = NettyServerBuilder.forAddress(new InetSocketAddress(config.host(), config.port()))
                .sslContext(tls)
                .executor(calls)
                .addService(ServerServiceDefinition.builder(ControlChannelGrpc.getServiceDescriptor())
                        .addMethod(
                                ControlChannelGrpc.getConnectMethod(),
                                new ConnectHandler(config, tokens, this::pool, timer, clock))
                        .build())
                .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                // A connection without a stream has nothing to do here.
                .maxConnectionIdle(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                .maxConcurrentCallsPerConnection(4)
                .maxInboundMessageSize(config.maxMessageBytes())
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                .keepAliveTime(config.keepaliveInterval().toNanos(), TimeUnit.NANOSECONDS)
                .keepAliveTimeout(config.keepaliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
                .permitKeepAliveTime(5, TimeUnit.SECONDS)
                .build();
    }

    /**
     * Listens.
     *
     * @param tokens says which pool a proxy's token opens
     * @param revisions remembers the numbers over restarts
     * @throws IOException the address cannot be bound; the message names it
     */
    public static ControlServer start(
            ControlServerConfig config,
            CertificateAuthority authority,
            TokenVerifier tokens,
            RevisionStore revisions,
            Clock clock)
            throws IOException {
        ControlServer control = new ControlServer(config, authority, tokens, revisions, clock);
        try {
            control.server.start();
        } catch (IOException failed) {
            control.close();
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            throw new IOException(
                    "control: cannot listen on %s port %d: %s"
                            .formatted(config.host(), config.port(), cause.getMessage()),
                    failed);
        }
        LOG.infof("control: listening on %s port %d", config.host(), control.port());
        return control;
    }

    /** The port that it listens on. */
    public int port() {
        return server.getPort();
    }

    /**
     * Makes {@code snapshot} the newest of its pool and sends it to the pool's proxies.
     *
     * @return its revision; that of before where the content is the same
     */
    public Revision publish(PoolSnapshot snapshot) {
        return pool(snapshot.id()).publish(snapshot);
    }

    /** The pool is gone: its proxies are sent away, and refused until it is published again. */
    public void withdraw(PoolId pool) {
        PoolSessions sessions = pools.get(pool);
        if (sessions != null) {
            sessions.withdraw("it was deleted");
        }
    }

    /** The newest of {@code pool}, or null where none was published. */
    public @Nullable PublishedPool published(PoolId pool) {
        PoolSessions sessions = pools.get(pool);
        return sessions == null ? null : sessions.published();
    }

    /** Until when it can prove itself to proxies. */
    public CertificateExpiry certificates() {
        return authority.expiry();
    }

    /** The proxies of {@code pool} that are connected now, by name. */
    public List<ConnectedProxy> proxies(PoolId pool) {
        PoolSessions sessions = pools.get(pool);
        return sessions == null ? List.of() : sessions.proxies();
    }

    /**
     * Calls {@code listener} when anything about a pool has changed: published, a proxy came, went, acknowledged, refused
     * or reported. On one thread of this server; what changes while a call is due or runs is one more call.
     */
    public void onChange(Consumer<PoolId> listener) {
        listeners.add(listener);
    }

    /** Sends the proxies away and stops listening, within 2 s. */
    @Override
    public void close() {
        server.shutdown();
        pools.values().forEach(pool -> pool.shutdown("the operator stops"));
        try {
            if (!server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException hurried) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        timer.shutdownNow();
        calls.shutdownNow();
        events.shutdown();
    }

    private PoolSessions pool(PoolId id) {
        return pools.computeIfAbsent(
                id, pool -> new PoolSessions(pool, revisions, config, clock, timer, () -> notify(pool)));
    }

    private void notify(PoolId pool) {
        if (!changed.add(pool)) {
            return;
        }
        try {
            events.execute(() -> {
                changed.remove(pool);
                for (Consumer<PoolId> listener : listeners) {
                    PoolLog.about(pool, () -> tell(listener, pool));
                }
            });
        } catch (RejectedExecutionException stopping) {
            PoolLog.about(pool, () -> LOG.debugf("pool=%s changed while the operator stops", pool));
        }
    }

    private static void tell(Consumer<PoolId> listener, PoolId pool) {
        try {
            listener.accept(pool);
        } catch (RuntimeException bug) {
            // One listener's fault is not the others'.
            LOG.errorf(bug, "pool=%s a listener of the control server failed", pool);
        }
    }
}
