package io.backendpool.proxy.http;

import io.backendpool.proxy.tls.AlpnChoice;
import io.backendpool.proxy.traffic.AccessLog;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.LoopTraffic;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.traffic.TrafficRecorder;
import io.backendpool.proxy.upstream.LoopPolicy;
import io.backendpool.proxy.upstream.LoopShare;
import io.backendpool.proxy.upstream.LoopUpstreams;
import io.backendpool.proxy.upstream.PoolHolder;
import io.backendpool.proxy.upstream.ProxyLimits;
import io.netty.buffer.ByteBuf;
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
    private final MemoryGuard memory;
    private final boolean measuresMemory;
    private final LoopTraffic traffic;
    private final LoopUpstreams upstreams;
    private final @Nullable AccessLog accessLog;
    private final RequestHead requestHead = new RequestHead();
    private final RequestHead sentHead = new RequestHead();
    private final ResponseHead responseHead = new ResponseHead();
    private final HeadEditor editor;
    private final Affinity affinity = new Affinity();
    private final List<LoopConnection> connections = new ArrayList<>();
    private @Nullable ScheduledFuture<?> timer;
    private @Nullable Http2Entry http2;
    private int tick;

    /**
     * Takes part in {@code eventLoop}.
     *
     * @param channels makes the channels to backends, of the kind that the event loop serves
     * @param share this loop's part of what is limited for the whole proxy
     * @param memory of the process; the first loop measures it
     * @param random this loop's own
     */
    public HttpLoop(
            EventLoop eventLoop,
            ChannelFactory<? extends Channel> channels,
            PoolHolder pools,
            TrafficRecorder recorder,
            ProxyLimits limits,
            LoopShare share,
            MemoryGuard memory,
            @Nullable AccessLog accessLog,
            RandomGenerator random) {
        this.eventLoop = eventLoop;
        this.limits = limits;
        this.memory = memory;
        this.measuresMemory = share.index() == 0;
        this.traffic = recorder.addLoop();
        this.upstreams = new LoopUpstreams(eventLoop, channels, pools, traffic, limits, share, random);
        this.accessLog = accessLog;
        this.editor = new HeadEditor(new RequestIds(random));
    }

    /** Starts the timer. Any thread. */
    public void start() {
        eventLoop.execute(() -> {
            if (timer == null) {
                timer = eventLoop.scheduleAtFixedRate(
                        this::onTick, LoopPolicy.TICK_MILLIS, LoopPolicy.TICK_MILLIS, TimeUnit.MILLISECONDS);
            }
        });
    }

    /** Closes what is left and stops the timer. Any thread. */
    public void stop() {
        eventLoop.execute(() -> {
            if (timer != null) {
                timer.cancel(false);
            }
            List.copyOf(connections).forEach(LoopConnection::cut);
            upstreams.close();
        });
    }

    /**
     * Serves the client of a connection that was just accepted.
     *
     * @param before the handler of the channel's pipeline that ours is put in front of
     */
    public void accept(ChannelHandlerContext before) {
        before.pipeline().addBefore(before.name(), "backendpool-http", new ClientConnection(this));
    }

    @Override
    public List<String> offered() {
        return http2 == null ? List.of(HTTP_1_1) : List.of(HTTP_2, HTTP_1_1);
    }

    @Override
    public void chosen(ChannelHandlerContext before, String protocol) {
        Http2Entry entry = http2;
        if (entry != null && protocol.equals(HTTP_2)) {
            entry.accept(before);
        } else {
            accept(before);
        }
    }

    /**
     * Tells the client of a connection that was just accepted why it is not served, and closes it.
     *
     * @param limit what was reached
     * @param reason one sentence without a full stop
     */
    public void refuse(ChannelHandlerContext context, Limit limit, String reason) {
        traffic.limitHit(limit);
        context.channel()
                .writeAndFlush(new Reply(503, "connection_limit_reached", reason).encode(context.alloc(), false, true))
                .addListener(ChannelFutureListener.CLOSE);
    }

    /** Connections that turn out to speak HTTP/2 go to {@code entry}. Before the first is accepted. */
    public void speaksHttp2(Http2Entry entry) {
        http2 = entry;
    }

    @Nullable
    Http2Entry http2() {
        return http2;
    }

    /** Counts {@code connection} among those that are open, and lets it know the time. */
    public void add(LoopConnection connection) {
        connection.index(connections.size());
        connections.add(connection);
        traffic.connectionOpened();
    }

    /** The end of what {@link #add} began. */
    public void remove(LoopConnection connection) {
        LoopConnection lastOne = connections.removeLast();
        if (lastOne != connection) {
            connections.set(connection.index(), lastOne);
            lastOne.index(connection.index());
        }
        traffic.connectionClosed();
    }

    /** {@code now} has taken over the channel of {@code before}. */
    public void replace(LoopConnection before, LoopConnection now) {
        now.index(before.index());
        connections.set(now.index(), now);
    }

    private void onTick() {
        tick++;
        if (measuresMemory) {
            memory.check();
        }
        upstreams.tick(tick);
        // From the end: a connection that closes is replaced by the last one, which has been seen.
        for (int i = connections.size() - 1; i >= 0; i--) {
            if (i < connections.size()) {
                connections.get(i).onTick(tick);
            }
        }
    }

    /**
     * Begins the exchange that a client asks for that does not speak HTTP/1.1. Where the head is refused, the client has got
     * its reply already.
     *
     * @param head as HTTP/1.1 has it, whole; released
     * @return null: refused
     */
    public @Nullable Exchange begin(Downstream client, ByteBuf head) {
        try {
            if (isShedding()) {
                traffic.limitHit(Limit.MEMORY);
                refuse(client, outOfMemory());
                return null;
            }
            RequestHead parsed = requestHead;
            if (parsed.parse(head, head.readerIndex(), head.writerIndex(), limits.maxTargetBytes())) {
                return Exchange.begin(this, client, parsed);
            }
            if (parsed.problemStatus == 414) {
                traffic.limitHit(Limit.TARGET_BYTES);
            }
            refuse(
                    client,
                    Reply.refused(parsed.problemStatus, parsed.problem == null ? "malformed head" : parsed.problem));
            return null;
        } finally {
            head.release();
        }
    }

    /** The answer while {@link #isShedding}. */
    static Reply outOfMemory() {
        return new Reply(503, "proxy_internal_error", "this proxy has no memory left for more requests");
    }

    /** Answers what never became an exchange, and counts it. */
    public void refuse(Downstream client, Reply reply) {
        long now = traffic.now();
        traffic.ended(Outcome.REFUSED, reply.status(), true, now, now);
        client.reply(reply, false, false);
    }

    /**
     * What takes a response apart for a client that does not speak HTTP/1.1.
     *
     * @param judge asked before a final response is given to {@code sink}; null: each is
     */
    public Relay relay(
            Downstream client, RequestFacts facts, LoopPolicy policy, Relay.@Nullable Judge judge, ResponseSink sink) {
        return new MessageRelay(this, client, facts, policy, judge, sink);
    }

    /** Ticks of 100 ms since the start. */
    public int tick() {
        return tick;
    }

    /** The buffers of the process come close to their limit: new requests are to be refused. */
    public boolean isShedding() {
        return memory.isShedding();
    }

    /** The policy of the live pool, looked up now. Event loop only. */
    public LoopPolicy policy() {
        return upstreams.policy();
    }

    public ProxyLimits limits() {
        return limits;
    }

    /** The counters of this event loop, of which there is one set. The loop. */
    public LoopTraffic traffic() {
        return traffic;
    }

    /** The pool as this event loop sees it. The loop. */
    public LoopUpstreams upstreams() {
        return upstreams;
    }

    @Nullable
    AccessLog accessLog() {
        return accessLog;
    }

    RequestHead requestHead() {
        return requestHead;
    }

    RequestHead sentHead() {
        return sentHead;
    }

    ResponseHead responseHead() {
        return responseHead;
    }

    HeadEditor editor() {
        return editor;
    }

    Affinity affinity() {
        return affinity;
    }
}
