package io.backendpool.proxy.listener;

import io.backendpool.pool.Listener;
import io.backendpool.proxy.http.HttpLoop;
import io.backendpool.proxy.http2.Http2Loop;
import io.backendpool.proxy.traffic.AccessLog;
import io.backendpool.proxy.traffic.TrafficRecorder;
import io.backendpool.proxy.upstream.PoolHolder;
import io.backendpool.proxy.upstream.ProxyLimits;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.net.BindException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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

    /** What a port that left the pool gives its requests to finish. */
    private static final Duration REMOVED_PORT_GRACE = Duration.ofSeconds(60);

    private static final int BACKLOG = 4096;

    /** An event loop, and what runs on it. */
    private record Worker(ContextInternal context, HttpLoop http) {}

    private final VertxInternal vertx;
    private final String bindAddress;
    private final ProxyLimits limits;
    private final List<Worker> workers = new ArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final Map<Integer, BoundPort> bound = new ConcurrentHashMap<>();
    private volatile Map<String, Integer> portsByName = Map.of();
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
        this.vertx = (VertxInternal) vertx;
        this.bindAddress = bindAddress;
        this.limits = limits;
        SecureRandom seeds = new SecureRandom();
        for (EventExecutor executor : this.vertx.nettyEventLoopGroup()) {
            EventLoop eventLoop = (EventLoop) executor;
            HttpLoop http = new HttpLoop(
                    eventLoop,
                    this.vertx.transport().channelFactory(false),
                    pools,
                    traffic,
                    limits,
                    accessLog,
                    new SplittableRandom(seeds.nextLong()));
            Http2Loop.beside(http, new SplittableRandom(seeds.nextLong()));
            http.start();
            ContextInternal context =
                    this.vertx.contextBuilder().withEventLoop(eventLoop).build();
            workers.add(new Worker(context, http));
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
        List<Listener> copy = List.copyOf(wanted);
        return inTurn(() -> change(copy)).toCompletionStage();
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
                .onComplete(done -> workers.forEach(worker -> worker.http().stop()))
                .toCompletionStage();
    }

    /** Connections of clients that are open now. */
    public int connections() {
        return connections.get();
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

    private Future<@Nullable String> change(List<Listener> wanted) {
        Set<Integer> wantedPorts = new HashSet<>();
        List<Listener> missing = new ArrayList<>();
        for (Listener listener : wanted) {
            wantedPorts.add(listener.port());
            if (!bound.containsKey(listener.port())) {
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
            fresh.forEach(port -> bound.put(port.port(), port));
            for (int port : List.copyOf(bound.keySet())) {
                if (!wantedPorts.contains(port)) {
                    close(port);
                }
            }
            Map<String, Integer> names = new ConcurrentHashMap<>();
            wanted.forEach(listener -> names.put(listener.name(), listener.port()));
            portsByName = Map.copyOf(names);
            missing.forEach(listener -> LOG.info("listener={} port={} opened", listener.name(), listener.port()));
            result.complete(null);
        });
        return result.future();
    }

    private void close(int port) {
        BoundPort old = bound.remove(port);
        if (old != null) {
            LOG.info("port={} closed, its connections drain", port);
            old.drain(REMOVED_PORT_GRACE);
        }
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
        List<NetServer> servers = new ArrayList<>();
        bindOnWorkers(listener, 0, servers).onComplete(done -> {
            if (!servers.isEmpty()) {
                fresh.add(new BoundPort(listener.port(), List.copyOf(servers)));
            }
            if (done.succeeded()) {
                bindAll(missing, next + 1, fresh, bound);
            } else {
                bound.done(describe(listener, done.cause()));
            }
        });
    }

    /** One server after the other: the first binds the socket, the others join it. */
    private Future<Void> bindOnWorkers(Listener listener, int next, List<NetServer> servers) {
        if (next == workers.size()) {
            return Future.succeededFuture();
        }
        Worker worker = workers.get(next);
        Promise<NetServer> listening = Promise.promise();
        worker.context().runOnContext(ignored -> vertx.createNetServer(new NetServerOptions().setAcceptBacklog(BACKLOG))
                .connectHandler(socket -> connected(worker, socket))
                .listen(listener.port(), bindAddress)
                .onComplete(listening));
        return listening.future().compose(server -> {
            servers.add(server);
            return bindOnWorkers(listener, next + 1, servers);
        });
    }

    /** On the worker's event loop. */
    private void connected(Worker worker, NetSocket socket) {
        ChannelHandlerContext context = ((NetSocketInternal) socket).channelHandlerContext();
        int open = connections.incrementAndGet();
        context.channel().closeFuture().addListener(closed -> connections.decrementAndGet());
        if (open > limits.maxClientConnections()) {
            worker.http().refuse(context);
        } else {
            worker.http().accept(context);
        }
    }

    private static String describe(Listener listener, Throwable cause) {
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        String what = "listener " + listener.name() + ": port " + listener.port();
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
