package io.backendpool.proxy.http;

import io.backendpool.proxy.tls.AlpnChoice;
import io.backendpool.proxy.traffic.AccessLog;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.LoopTraffic;
import io.backendpool.proxy.traffic.TrafficRecorder;
import io.backendpool.proxy.upstream.LoopUpstreams;
import io.backendpool.proxy.upstream.PoolHolder;
import io.backendpool.proxy.upstream.ProxyLimits;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All that the exchanges of one event loop share: its view of the pool, its counters, its parsers and its one timer. But
 * for {@link #start} and {@link #stop}: event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
public final class HttpLoop implements AlpnChoice {
    private final EventLoop eventLoop;
    private final ProxyLimits limits;
    private final Ticks ticks;
    private final LoopTraffic traffic;
    private final LoopUpstreams upstreams;
    private final @Nullable AccessLog accessLog;
    private final RequestHead requestHead = new RequestHead();
    private final ResponseHead responseHead = new ResponseHead();
    private final HeadEditor editor;
    private final List<ClientConnection> connections = new ArrayList<>();
    private @Nullable ScheduledFuture<?> timer;
    private int tick;

    /**
     * Takes part in {@code eventLoop}.
     *
     * @param channels makes the channels to backends, of the kind that the event loop serves
     * @param random this loop's own
     */
    public HttpLoop(
            EventLoop eventLoop,
            ChannelFactory<? extends Channel> channels,
            PoolHolder pools,
            TrafficRecorder recorder,
            ProxyLimits limits,
            @Nullable AccessLog accessLog,
            RandomGenerator random) {
        this.eventLoop = eventLoop;
        this.limits = limits;
        this.ticks = Ticks.of(limits);
        this.traffic = recorder.addLoop();
        this.upstreams = new LoopUpstreams(eventLoop, channels, pools, traffic, limits, random);
        this.accessLog = accessLog;
        this.editor = new HeadEditor(new RequestIds(random));
    }

    /** Starts the timer. Any thread. */
    public void start() {
        eventLoop.execute(() -> {
            if (timer == null) {
                timer = eventLoop.scheduleAtFixedRate(this::onTick, Ticks.MILLIS, Ticks.MILLIS, TimeUnit.MILLISECONDS);
            }
        });
    }

    /** Closes what is left and stops the timer. Any thread. */
    public void stop() {
        eventLoop.execute(() -> {
            if (timer != null) {
                timer.cancel(false);
            }
            List.copyOf(connections).forEach(ClientConnection::cut);
            upstreams.close();
        });
    }

    /**
     * Serves the client of a connection that was just accepted.
     *
     * @param before the handler of the channel's pipeline that ours is put in front of
     */
    public void accept(ChannelHandlerContext before) {
        accept(before, Scheme.HTTP);
    }

    private void accept(ChannelHandlerContext before, Scheme scheme) {
        before.pipeline().addBefore(before.name(), "backendpool-http", new ClientConnection(this, scheme));
    }

    @Override
    public List<String> offered() {
        return List.of(HTTP_1_1);
    }

    @Override
    public void chosen(ChannelHandlerContext before, String protocol) {
        accept(before, Scheme.HTTPS);
    }

    /** Closes a connection that was just accepted: there are too many, and no TLS to say it in. */
    public void refuseInSilence(ChannelHandlerContext context) {
        traffic.limitHit(Limit.CLIENT_CONNECTIONS);
        context.channel().close();
    }

    /** Tells the client of a connection that was just accepted that there are too many, and closes it. */
    public void refuse(ChannelHandlerContext context) {
        traffic.limitHit(Limit.CLIENT_CONNECTIONS);
        String reason = "this proxy has its maximum of %,d client connections".formatted(limits.maxClientConnections());
        context.channel()
                .writeAndFlush(new Reply(503, "connection_limit_reached", reason).encode(context.alloc(), false, true))
                .addListener(ChannelFutureListener.CLOSE);
    }

    void add(ClientConnection connection) {
        connection.index = connections.size();
        connections.add(connection);
        traffic.connectionOpened();
    }

    void remove(ClientConnection connection) {
        ClientConnection lastOne = connections.removeLast();
        if (lastOne != connection) {
            connections.set(connection.index, lastOne);
            lastOne.index = connection.index;
        }
        traffic.connectionClosed();
    }

    private void onTick() {
        tick++;
        upstreams.tick(tick, ticks.upstreamIdle());
        // From the end: a connection that closes is replaced by the last one, which has been seen.
        for (int i = connections.size() - 1; i >= 0; i--) {
            if (i < connections.size()) {
                connections.get(i).onTick(tick);
            }
        }
    }

    int tick() {
        return tick;
    }

    Ticks ticks() {
        return ticks;
    }

    ProxyLimits limits() {
        return limits;
    }

    LoopTraffic traffic() {
        return traffic;
    }

    LoopUpstreams upstreams() {
        return upstreams;
    }

    @Nullable
    AccessLog accessLog() {
        return accessLog;
    }

    RequestHead requestHead() {
        return requestHead;
    }

    ResponseHead responseHead() {
        return responseHead;
    }

    HeadEditor editor() {
        return editor;
    }
}
