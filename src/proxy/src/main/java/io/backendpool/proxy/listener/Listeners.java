package io.backendpool.proxy.listener;

import io.backendpool.pool.Certificate;
import io.backendpool.pool.ClientLimits;
import io.backendpool.pool.Listener;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.Timeouts;
import io.backendpool.proxy.http.HttpLoop;
import io.backendpool.proxy.http.MemoryGuard;
import io.backendpool.proxy.http2.Http2Loop;
import io.backendpool.proxy.proxyprotocol.ClientEnds;
import io.backendpool.proxy.stream.StreamLoop;
import io.backendpool.proxy.tls.TlsEngine;
import io.backendpool.proxy.tls.TlsListener;
import io.backendpool.proxy.traffic.AccessLog;
import io.backendpool.proxy.traffic.HandshakeCounters;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.TrafficRecorder;
import io.backendpool.proxy.upstream.LoopShare;
import io.backendpool.proxy.upstream.PoolHolder;
import io.backendpool.proxy.upstream.ProxyLimits;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports of the pool, each served by every event loop. New ports are bound before old ones are given up, so a change
 * either happens whole or not at all. Any thread; changes are made one after the other.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
public final class Listeners {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    /**
     * An event loop, and what runs on it.
     *
     * @param connections how many it serves
     */
    private record Worker(EventLoop eventLoop, HttpLoop http, StreamLoop streams, AtomicInteger connections) {}

    private final VertxInternal vertx;
    private final String bindAddress;
    private final Duration removedGrace;
    private final ProxyHeaderLog headerLog = new ProxyHeaderLog(System::nanoTime);
    private final List<Worker> workers = new ArrayList<>();
    private final ClientCounts perClient = new ClientCounts();
    /** By {@link Listener#socket}. */
    private final Map<String, BoundPort> bound = new ConcurrentHashMap<>();

    private volatile Map<String, Integer> portsByName = Map.of();
    private final TlsEngine tlsEngine;
    private final HandshakeCounters handshakes;
    /** How TLS is terminated, by port; a port that is not here is served in plain text. */
    private volatile Map<Integer, TlsListener> tls = Map.of();

    private List<String> tlsProblems = List.of();
    private Future<?> lastChange = Future.succeededFuture();

    /**
     * No port is open yet.
     *
     * @param vertx its event loops serve; its transport is used
     * @param bindAddress the address to listen on: {@code 0.0.0.0}, {@code ::}, {@code 127.0.0.1}
     * @param accessLog null: none is written
     */
    public Listeners(
            Vertx vertx,
            String bindAddress,
            PoolHolder pools,
            TrafficRecorder traffic,
            ProxyLimits limits,
            @Nullable AccessLog accessLog) {
        this(vertx, bindAddress, pools, traffic, limits, accessLog, limits.drainDeadline());
    }

    /**
     * The same.
     *
     * @param removedGrace what a port or a backend that left the pool gives what is under way to end
     */
    public Listeners(
            Vertx vertx,
            String bindAddress,
            PoolHolder pools,
            TrafficRecorder traffic,
            ProxyLimits limits,
            @Nullable AccessLog accessLog,
            Duration removedGrace) {
        this(
                vertx,
                bindAddress,
                pools,
                traffic,
                limits,
                MemoryGuard.ofProcess(),
                accessLog,
                removedGrace,
                TlsEngine.best());
    }

    /**
     * The same.
     *
     * @param memory says when there is too little of it left
     * @param tlsEngine terminates TLS
     */
    public Listeners(
            Vertx vertx,
            String bindAddress,
            PoolHolder pools,
            TrafficRecorder traffic,
            ProxyLimits limits,
            MemoryGuard memory,
            @Nullable AccessLog accessLog,
            Duration removedGrace,
            TlsEngine tlsEngine) {
        this.removedGrace = removedGrace;
        this.vertx = (VertxInternal) vertx;
        this.bindAddress = bindAddress;
        this.tlsEngine = tlsEngine;
        this.handshakes = traffic.handshakes();
        SecureRandom seeds = new SecureRandom();
        int loops = 0;
        for (EventExecutor executor : this.vertx.nettyEventLoopGroup()) {
            loops += executor.isShutdown() ? 0 : 1;
        }
        for (EventExecutor executor : this.vertx.nettyEventLoopGroup()) {
            EventLoop eventLoop = (EventLoop) executor;
            HttpLoop http = new HttpLoop(
                    eventLoop,
                    this.vertx.transport().channelFactory(false),
                    pools,
                    traffic,
                    limits,
                    new LoopShare(workers.size(), loops),
                    memory,
                    accessLog,
                    new SplittableRandom(seeds.nextLong()));
            Http2Loop.beside(http, new SplittableRandom(seeds.nextLong()));
            http.start();
            StreamLoop streams = new StreamLoop(
                    eventLoop,
                    this.vertx.transport().datagramChannelFactory(),
                    http.upstreams(),
                    http.traffic(),
                    accessLog,
                    removedGrace,
                    loops);
            workers.add(new Worker(eventLoop, http, streams, new AtomicInteger()));
        }
    }

    /**
     * Makes {@code wanted} the open ports: binds what is new, then gives up what is not wanted any more; its connections
     * end with their exchange.
     *
     * @return null: all are bound on every event loop; else one sentence such as {@code listener http: port 8080 is in
     *     use}, and nothing was changed
     */
    public CompletionStage<@Nullable String> apply(List<Listener> wanted) {
        return apply(wanted, List.of(), Timeouts.DEFAULT);
    }

    /**
     * The same for the listeners of {@code snapshot}, with its certificates. They are live for the handshakes that come
     * after this; connections that are open keep theirs. Also refused: a listener of protocol HTTPS none of whose
     * certificates can be presented.
     */
    public CompletionStage<@Nullable String> apply(PoolSnapshot snapshot) {
        return apply(
                snapshot.listeners(),
                snapshot.certificates(),
                snapshot.traffic().timeouts());
    }

    private CompletionStage<@Nullable String> apply(
            List<Listener> wanted, List<Certificate> certificates, Timeouts timeouts) {
        List<Listener> copy = List.copyOf(wanted);
        return inTurn(() -> change(copy, certificates, timeouts)).toCompletionStage();
    }

    /**
     * The end: stops accepting, lets exchanges finish, and cuts what is left at the deadline. Completes when no connection
     * is left.
     */
    public CompletionStage<Void> drain(Duration deadline) {
        return inTurn(() -> {
                    List<Future<Void>> ends = new ArrayList<>();
                    bound.values().forEach(port -> ends.add(port.drain(deadline)));
                    bound.clear();
                    portsByName = Map.of();
                    return Future.join(ends).<Void>mapEmpty().otherwiseEmpty();
                })
                .onComplete(done -> workers.forEach(worker -> {
                    worker.streams().stop();
                    worker.http().stop();
                }))
                .toCompletionStage();
    }

    /** Connections of clients that are open now. */
    public int connections() {
        int open = 0;
        for (Worker worker : workers) {
            open += worker.connections().get();
        }
        return open;
    }

    /** The port of the open listener called {@code listenerName}. */
    public int boundPort(String listenerName) {
        Integer port = portsByName.get(listenerName);
        if (port == null) {
            throw new IllegalArgumentException(
                    "listener: %s (expected: one of %s)".formatted(listenerName, portsByName.keySet()));
        }
        return port;
    }

    private interface Change<T> {
        Future<T> run();
    }

    private synchronized <T> Future<T> inTurn(Change<T> change) {
        Future<T> next = lastChange.transform(ignored -> change.run());
        lastChange = next;
        return next;
    }

    private Future<@Nullable String> change(List<Listener> wanted, List<Certificate> certificates, Timeouts timeouts) {
        Map<Integer, TlsListener> before = tls;
        Map<Integer, TlsListener> after = new HashMap<>();
        List<String> problems = new ArrayList<>();
        for (Listener listener : wanted) {
            if (listener.tls() == null) {
                continue;
            }
            switch (TlsListener.compile(
                    listener,
                    certificates,
                    timeouts.requestHead(),
                    workers.getFirst().http().offered(),
                    tlsEngine,
                    before.get(listener.port()))) {
                case TlsListener.Usable usable -> {
                    after.put(listener.port(), usable.listener());
                    problems.addAll(usable.problems());
                }
                case TlsListener.Unusable(String reason) -> {
                    return Future.succeededFuture(reason);
                }
            }
        }
        // A port that is just being bound must not serve its first clients in plain text.
        Map<Integer, TlsListener> meanwhile = new HashMap<>(after);
        meanwhile.putAll(before);
        tls = Map.copyOf(meanwhile);
        return bind(wanted).map(problem -> {
            tls = problem == null ? Map.copyOf(after) : before;
            if (problem == null) {
                say(problems);
            }
            return problem;
        });
    }

    /** Once each, however many snapshots come with the same. */
    private void say(List<String> problems) {
        problems.stream().filter(problem -> !tlsProblems.contains(problem)).forEach(LOG::warn);
        tlsProblems = List.copyOf(problems);
    }

    private Future<@Nullable String> bind(List<Listener> wanted) {
        Map<String, Listener> wantedSockets = new HashMap<>();
        List<Listener> missing = new ArrayList<>();
        for (Listener listener : wanted) {
            wantedSockets.put(listener.socket(), listener);
            if (!bound.containsKey(listener.socket())) {
                missing.add(listener);
            }
        }
        List<BoundPort> fresh = new ArrayList<>();
        Promise<@Nullable String> result = Promise.promise();
        bindAll(missing, 0, fresh, problem -> {
            if (problem != null) {
                fresh.forEach(port -> port.drain(Duration.ofMillis(1)));
                result.complete(problem);
                return;
            }
            fresh.forEach(port -> bound.put(port.listener().socket(), port));
            for (String socket : List.copyOf(bound.keySet())) {
                keepOrClose(socket, wantedSockets.get(socket));
            }
            Map<String, Integer> names = new ConcurrentHashMap<>();
            wanted.forEach(listener -> names.put(listener.name(), listener.port()));
            portsByName = Map.copyOf(names);
            missing.forEach(listener -> LOG.info("listener={} port={} opened", listener.name(), listener.socket()));
            result.complete(null);
        });
        return result.future();
    }

    private void keepOrClose(String socket, @Nullable Listener wanted) {
        BoundPort port = bound.get(socket);
        if (port == null) {
            return;
        }
        if (wanted == null) {
            bound.remove(socket);
            LOG.info("port={} closed, its connections drain", socket);
            port.drain(removedGrace);
            return;
        }
        Listener before = port.listener();
        if (before.protocol() != wanted.protocol()) {
            LOG.info(
                    "listener={} port={} {}->{} for new connections",
                    wanted.name(),
                    socket,
                    before.protocol(),
                    wanted.protocol());
        }
        port.become(wanted);
    }

    private interface Bound {
        void done(@Nullable String problem);
    }

    private void bindAll(List<Listener> missing, int next, List<BoundPort> fresh, Bound bound) {
        if (next == missing.size()) {
            bound.done(null);
            return;
        }
        Listener listener = missing.get(next);
        bind(listener, fresh).onComplete(done -> {
            if (done.succeeded()) {
                bindAll(missing, next + 1, fresh, bound);
            } else {
                bound.done(describe(listener, done.cause()));
            }
        });
    }

    /** What was bound is in {@code fresh} even where the rest fails. */
    private Future<Void> bind(Listener listener, List<BoundPort> fresh) {
        if (listener.protocol().isUdp()) {
            UdpPort port = new UdpPort(listener);
            fresh.add(port);
            InetSocketAddress address = new InetSocketAddress(bindAddress, listener.port());
            return probeUdp(address).compose(free -> bindUdpOnWorkers(port, address, 0));
        }
        TcpPort port = new TcpPort(listener);
        fresh.add(port);
        InetSocketAddress address = new InetSocketAddress(bindAddress, listener.port());
        boolean shared = workers.size() > 1;
        if (shared) {
            try {
                AcceptingSocket.probe(address);
            } catch (IOException inUse) {
                return Future.failedFuture(inUse);
            }
        }
        return bindOnWorkers(port, address, shared, 0);
    }

    private Future<Void> bindOnWorkers(TcpPort port, InetSocketAddress address, boolean shared, int next) {
        if (next == workers.size()) {
            return Future.succeededFuture();
        }
        Worker worker = workers.get(next);
        AcceptingSocket socket = new AcceptingSocket(
                worker.eventLoop(), worker.connections(), port, last -> connected(worker, port, last));
        port.add(socket);
        return Future.fromCompletionStage(socket.listen(vertx.transport().serverChannelFactory(false), address, shared))
                .compose(listening -> bindOnWorkers(port, address, shared, next + 1));
    }

    /** Sockets that share a port would share it with another process, too: see first that the port is free. */
    private Future<Void> probeUdp(InetSocketAddress address) {
        return Future.fromCompletionStage(workers.getFirst().streams().probe(address));
    }

    private Future<Void> bindUdpOnWorkers(UdpPort port, InetSocketAddress address, int next) {
        if (next == workers.size()) {
            return Future.succeededFuture();
        }
        return Future.fromCompletionStage(workers.get(next)
                        .streams()
                        .bind(address, port.listener().name()))
                .compose(socket -> {
                    port.add(socket);
                    return bindUdpOnWorkers(port, address, next + 1);
                });
    }

    /** On the worker's event loop. */
    private void connected(Worker worker, TcpPort port, ChannelHandlerContext context) {
        Listener listener = port.listener();
        if (worker.http().isShedding()) {
            refuse(worker, listener, context, Limit.MEMORY, "this proxy has no memory left for more connections");
            return;
        }
        ClientLimits clients = worker.http().policy().clients();
        if (connections() > clients.connections()) {
            String reason = "this proxy has its maximum of %,d client connections".formatted(clients.connections());
            refuse(worker, listener, context, Limit.CLIENT_CONNECTIONS, reason);
        } else if (ProxyHeaderHandler.isExpected(listener, context.channel())) {
            context.pipeline()
                    .addBefore(
                            context.name(),
                            "backendpool-proxy-header",
                            new ProxyHeaderHandler(
                                    listener.name(),
                                    worker.http().policy().source().timeouts().requestHead(),
                                    worker.http().traffic(),
                                    headerLog,
                                    () -> admit(worker, listener, context)));
        } else {
            admit(worker, listener, context);
        }
    }

    /** The client is known. */
    private void admit(Worker worker, Listener listener, ChannelHandlerContext context) {
        ClientEnds ends = ClientEnds.of(context.channel());
        InetAddress client =
                ends == null ? InetAddress.getLoopbackAddress() : ends.source().getAddress();
        int open = perClient.add(client);
        context.channel().closeFuture().addListener(closed -> perClient.remove(client));
        Integer max = worker.http().policy().clients().connectionsPerClient();
        if (max != null && open > max) {
            String reason = "this client has its maximum of %,d connections".formatted(max);
            refuse(worker, listener, context, Limit.CONNECTIONS_PER_CLIENT, reason);
            return;
        }
        switch (listener.protocol()) {
            case HTTP -> worker.http().accept(context);
            case HTTPS -> serveHttps(worker, listener, context);
            case TCP -> worker.streams().acceptTcp(context, listener.name());
            case TLS -> worker.streams().acceptTls(context);
            case UDP -> throw new IllegalStateException("a connection on a UDP port: " + listener);
        }
    }

    private void serveHttps(Worker worker, Listener listener, ChannelHandlerContext context) {
        int port = listener.port();
        TlsListener terminating = tls.get(port);
        if (terminating == null) {
            // It became HTTP at this moment. Nothing is spoken in plain text on a connection that was made for TLS.
            context.close();
        } else {
            terminating.accept(context, () -> tls.get(port), worker.http(), handshakes);
        }
    }

    private static void refuse(
            Worker worker, Listener listener, ChannelHandlerContext context, Limit limit, String reason) {
        if (listener.protocol() == Listener.Protocol.HTTP) {
            worker.http().refuse(context, limit, reason);
        } else {
            worker.http().traffic().limitHit(limit);
            context.close();
        }
    }

    private static String describe(Listener listener, Throwable cause) {
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        String what = "listener " + listener.name() + ": port " + listener.socket();
        if (cause instanceof BindException || message.contains("Address already in use")) {
            return message.contains("Cannot assign")
                    ? what + " cannot be bound: the address is not of this host"
                    : what + " is in use";
        }
        String lower = message.toLowerCase(Locale.ROOT);
        return lower.contains("permission denied")
                ? what + " cannot be bound: permission denied (ports below 1024 need CAP_NET_BIND_SERVICE)"
                : what + " cannot be bound: " + message;
    }
}
