package io.backendpool.proxy.stream;

import io.backendpool.pool.BackendGroup.ProxyProtocol;
import io.backendpool.pool.health.FailureKind;
import io.backendpool.proxy.proxyprotocol.ClientEnds;
import io.backendpool.proxy.proxyprotocol.ProxyHeader;
import io.backendpool.proxy.socket.ScratchReads;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.traffic.StreamKind;
import io.backendpool.proxy.upstream.Upstream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection that is passed on as bytes: chooses a backend, tries others where it cannot be connected to, and
 * joins the two ends. Event loop only.
 *
 * <pre>
 *   HELLO -> CONNECTING -> PASSING -> ENDED
 *     |       ^------' the next backend
 *     '----> REFUSED, TLS only: the alert is on its way
 * </pre>
 *
 * A way that ends is ended to the other side, too, and the stream ends when both ways have. What breaks on one side is
 * broken on the other by a reset.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
final class Stream {
    private enum Phase {
        HELLO,
        CONNECTING,
        PASSING,
        REFUSED,
        ENDED
    }

    /** What a client may send ahead before its backend is connected; then it waits. */
    private static final int MAX_EARLY = 16 * 1024;

    private final StreamLoop loop;
    private final StreamKind kind;
    private final StreamEnd client = new StreamEnd(this);
    private final long startNanos;
    private final long startMillis;
    private final int startTick;
    /** The place in the loop's list. */
    int index;

    private ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
    private @Nullable ClientEnds ends;
    private Phase phase;
    private @Nullable StreamEnd backend;
    private @Nullable Upstream upstream;
    private @Nullable Upstream last;
    private @Nullable ByteBuf early;
    private int earlyNeeded = 1;
    /** The server name; for TCP the listener's name. */
    private String target;

    private @Nullable String serverName;
    private List<Upstream> tried = List.of();
    /** When the try under way began. */
    private long tryNanos;

    private int attempts;
    private int progressTick;
    private int removedTick;
    private long bytesIn;
    private long bytesOut;

    Stream(StreamLoop loop, StreamKind kind, String listener) {
        this.loop = loop;
        this.kind = kind;
        this.target = listener;
        this.phase = kind == StreamKind.TLS ? Phase.HELLO : Phase.CONNECTING;
        this.startNanos = loop.traffic().now();
        this.startMillis = loop.accessLog() == null ? 0 : System.currentTimeMillis();
        this.startTick = loop.tick();
        this.progressTick = startTick;
    }

    /** Serves the client whose channel's pipeline has {@code before}. */
    void begin(ChannelHandlerContext before) {
        allocator = before.alloc();
        ends = ClientEnds.of(before.channel());
        before.pipeline().addBefore(before.name(), "backendpool-stream", client);
        loop.add(this, kind);
        if (phase == Phase.CONNECTING) {
            connectNext();
        }
    }

    ScratchReads reads() {
        return loop.reads();
    }

    // What the ends tell

    /** The client sent something before there is a backend. */
    void early(ByteBuf data) {
        progress();
        early = early == null ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, early, data);
        switch (phase) {
            case HELLO -> readHello(early);
            case CONNECTING -> {
                if (early.readableBytes() >= MAX_EARLY) {
                    client.readable(false);
                }
            }
            case PASSING, REFUSED, ENDED -> dropEarly();
        }
    }

    /** {@code count} bytes that {@code from} has read were written to the other end. */
    void passed(StreamEnd from, int count) {
        progress();
        if (from == client) {
            bytesIn += count;
            loop.traffic().streamBytes(kind, count, 0);
        } else {
            bytesOut += count;
            loop.traffic().streamBytes(kind, 0, count);
        }
    }

    void progress() {
        progressTick = loop.tick();
    }

    /** {@code end} sends no more. */
    void inputEnded(StreamEnd end) {
        progress();
        switch (phase) {
            case HELLO, REFUSED -> end(Outcome.CLIENT_GONE, false);
            case PASSING -> {
                StreamEnd other = end == client ? backend : client;
                if (other != null) {
                    other.endOutput();
                }
            }
            // The backend is told as soon as it is there.
            case CONNECTING, ENDED -> {}
        }
    }

    /** One way has ended; with the second one, the stream has. */
    void outputEnded() {
        StreamEnd other = backend;
        if (phase == Phase.PASSING && other != null && client.outputEnded() && other.outputEnded()) {
            end(Outcome.ANSWERED, false);
        }
    }

    /** {@code end} is gone. */
    void closed(StreamEnd end, @Nullable Throwable cause) {
        boolean inOrder = end.inputEnded() && end.outputEnded() && cause == null;
        if (phase == Phase.ENDED || inOrder) {
            return;
        }
        if (end == client) {
            end(Outcome.CLIENT_GONE, true);
        } else if (end == backend) {
            end(Outcome.BACKEND_FAILED, true);
        }
    }

    /** The listener is going: what is passed on may end by itself until the deadline. */
    void drain() {
        if (phase == Phase.HELLO || phase == Phase.REFUSED) {
            end(Outcome.CLIENT_GONE, false);
        }
    }

    // TLS: the name

    private void readHello(ByteBuf hello) {
        if (hello.readableBytes() < earlyNeeded) {
            return;
        }
        switch (ClientHello.parse(hello)) {
            case ClientHello.Incomplete(int needed) -> earlyNeeded = needed;
            case ClientHello.Malformed(int alert) -> refuse(alert);
            case ClientHello.Hello(String name) -> route(name);
        }
    }

    private void route(@Nullable String name) {
        serverName = name;
        target = name == null ? "" : name;
        if (!loop.upstreams().isServed(name)) {
            refuse(ClientHello.UNRECOGNIZED_NAME);
            return;
        }
        phase = Phase.CONNECTING;
        connectNext();
    }

    /** RFC 8446, 6: a fatal alert, and no more. What still comes is dropped, so that the client can read the alert. */
    private void refuse(int alert) {
        phase = Phase.REFUSED;
        progress();
        dropEarly();
        client.write(Unpooled.wrappedBuffer(new byte[] {21, 3, 3, 0, 2, 2, (byte) alert}));
        client.endOutput();
    }

    // The backend

    private void connectNext() {
        InetAddress source = ends == null ? null : ends.source().getAddress();
        Upstream chosen = kind == StreamKind.TLS
                ? loop.upstreams().choose(serverName, source, tried)
                : loop.upstreams().choose(source, tried);
        if (chosen == null) {
            end(tried.isEmpty() ? Outcome.NO_BACKEND : Outcome.CONNECT_FAILED, true);
            return;
        }
        if (attempts++ > 0) {
            loop.traffic().retried();
        }
        last = chosen;
        tryNanos = loop.traffic().now();
        chosen.tryStarted();
        StreamEnd end = new StreamEnd(this);
        backend = end;
        chosen.open(end, loop.upstreams().policy().source().timeouts().connect())
                .addListener((Future<Channel> done) -> {
                    if (done.isSuccess()) {
                        connected(chosen, end);
                    } else {
                        connectFailed(chosen, done.cause());
                    }
                });
    }

    private void connectFailed(Upstream target, Throwable cause) {
        target.tryEnded(0, true, loop.traffic().now());
        target.failed(FailureKind.LOCAL_ORIGIN);
        if (phase == Phase.ENDED) {
            return;
        }
        loop.traffic().connectFailed();
        target.traffic().connectFailed();
        if (cause instanceof ConnectTimeoutException) {
            loop.traffic().limitHit(Limit.CONNECT_TIMEOUT);
        }
        if (tried.isEmpty()) {
            tried = new ArrayList<>(4);
        }
        tried.add(target);
        connectNext();
    }

    private void connected(Upstream target, StreamEnd end) {
        if (phase == Phase.ENDED) {
            target.tryEnded(-1, false, loop.traffic().now());
            end.close();
            return;
        }
        phase = Phase.PASSING;
        progress();
        upstream = target;
        long now = loop.traffic().now();
        target.traffic().started(now);
        target.succeeded(now - tryNanos);
        if (target.proxyProtocol() != ProxyProtocol.NONE && ends != null) {
            end.write(ProxyHeader.of(target.proxyProtocol(), ends));
        }
        ByteBuf first = early;
        early = null;
        if (first != null) {
            passed(client, first.readableBytes());
            end.write(first);
        }
        client.joinTo(end);
        end.joinTo(client);
        end.flush();
        if (client.inputEnded()) {
            end.endOutput();
        }
        client.readable(end.isWritable());
    }

    // Ends

    /** Called about every 100 ms. */
    void onTick(int now) {
        StreamTicks ticks = loop.ticks();
        switch (phase) {
            case HELLO -> {
                if (now - startTick > ticks.hello()) {
                    loop.traffic().limitHit(Limit.REQUEST_HEAD_TIMEOUT);
                    end(Outcome.REFUSED, false);
                }
            }
            case CONNECTING -> {
                if (now - startTick > ticks.connect()) {
                    loop.traffic().limitHit(Limit.RESPONSE_TIMEOUT);
                    end(Outcome.BACKEND_TIMEOUT, true);
                }
            }
            case PASSING -> passingTick(now, ticks);
            case REFUSED -> {
                if (now - progressTick > StreamLoop.LINGER_TICKS) {
                    end(Outcome.REFUSED, false);
                }
            }
            case ENDED -> {}
        }
    }

    private void passingTick(int now, StreamTicks ticks) {
        if (now - progressTick > ticks.stream()) {
            loop.traffic().limitHit(Limit.STREAM_IDLE_TIMEOUT);
            end(client.isWritable() ? Outcome.BACKEND_TIMEOUT : Outcome.CLIENT_GONE, true);
        } else if (client.isReset()) {
            end(Outcome.CLIENT_GONE, true);
        } else if (backend != null && backend.isReset()) {
            end(Outcome.BACKEND_FAILED, true);
        } else if (upstream != null && upstream.isRemoved()) {
            removedTick = removedTick == 0 ? now : removedTick;
            if (now - removedTick >= loop.removedGraceTicks()) {
                loop.traffic().limitHit(Limit.DRAIN_DEADLINE);
                end(Outcome.BACKEND_FAILED, true);
            }
        }
    }

    /** Ends at once whatever is under way. */
    void cut() {
        end(Outcome.CLIENT_GONE, true);
    }

    /**
     * The one place where a stream ends: both ends, the counters, the access log.
     *
     * @param broken not in order, and those at both sides are to know it
     */
    private void end(Outcome outcome, boolean broken) {
        if (phase == Phase.ENDED) {
            return;
        }
        Outcome told = phase == Phase.REFUSED ? Outcome.REFUSED : outcome;
        phase = Phase.ENDED;
        dropEarly();
        StreamEnd other = backend;
        if (broken) {
            client.reset();
            if (other != null) {
                other.reset();
            }
        } else {
            client.close();
            if (other != null) {
                other.close();
            }
        }
        if (upstream != null) {
            upstream.traffic().streamEnded();
            upstream.tryEnded(-1, false, loop.traffic().now());
        }
        loop.remove(this, kind, told);
        loop.log(kind, ends, target, startMillis, startNanos, bytesIn, bytesOut, last, attempts, told);
    }

    private void dropEarly() {
        if (early != null) {
            early.release();
            early = null;
        }
    }
}
