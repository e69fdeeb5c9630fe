package io.backendpool.proxy.stream;

import io.backendpool.pool.Timeouts;
import io.backendpool.proxy.proxyprotocol.ClientEnds;
import io.backendpool.proxy.socket.DatagramReads;
import io.backendpool.proxy.socket.ScratchReads;
import io.backendpool.proxy.traffic.AccessLog;
import io.backendpool.proxy.traffic.AccessRecord;
import io.backendpool.proxy.traffic.LoopTraffic;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.traffic.StreamKind;
import io.backendpool.proxy.upstream.LoopPolicy;
import io.backendpool.proxy.upstream.LoopUpstreams;
import io.backendpool.proxy.upstream.Upstream;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All that the streams and UDP sessions of one event loop share: its view of the pool, its counters, and one timer that runs
 * while there is any of them. But for {@link #bind}, {@link #probe} and {@link #stop}: event loop only.
 */
public final class StreamLoop {
    /** How long a TLS connection that was refused is still read, so that the client can read why. */
    static final int LINGER_TICKS = LoopPolicy.ticks(Duration.ofSeconds(2));

    /** The most that is read at once: as much as a TCP send buffer takes at least. */
    private static final int READ_BYTES = 64 * 1024;

    private final EventLoop eventLoop;
    private final ChannelFactory<? extends DatagramChannel> datagramChannels;
    private final LoopUpstreams upstreams;
    private final LoopTraffic traffic;
    private final @Nullable AccessLog accessLog;
    private final int removedGraceTicks;
    private final int loops;
    private final ScratchReads reads = new ScratchReads(READ_BYTES);
    private final List<Stream> streams = new ArrayList<>();
    private final List<UdpSocket> sockets = new ArrayList<>();
    /** Not before there is a UDP socket: it is a MiB. */
    private @Nullable DatagramReads datagramReads;

    private @Nullable ScheduledFuture<?> timer;
    private Timeouts timeouts = Timeouts.DEFAULT;
    private StreamTicks ticks = StreamTicks.of(timeouts);
    private int tick = 1;

    /**
     * Takes part in {@code eventLoop}.
     *
     * @param datagramChannels makes UDP sockets of the kind that the event loop serves
     * @param upstreams of this event loop
     * @param traffic of this event loop
     * @param removedGrace what a backend that left the pool gives its streams to end
     * @param loops how many event loops share what is limited for the whole proxy
     */
    public StreamLoop(
            EventLoop eventLoop,
            ChannelFactory<? extends DatagramChannel> datagramChannels,
            LoopUpstreams upstreams,
            LoopTraffic traffic,
            @Nullable AccessLog accessLog,
            Duration removedGrace,
            int loops) {
        this.eventLoop = eventLoop;
        this.datagramChannels = datagramChannels;
        this.upstreams = upstreams;
        this.traffic = traffic;
        this.accessLog = accessLog;
        this.removedGraceTicks = LoopPolicy.ticks(removedGrace);
        this.loops = loops;
    }

    /**
     * Passes on the bytes of a connection that was just accepted.
     *
     * @param before the handler of the channel's pipeline that ours is put in front of
     * @param listener for the access log
     */
    public void acceptTcp(ChannelHandlerContext before, String listener) {
        new Stream(this, StreamKind.TCP, listener).begin(before);
    }

    /** The same to the backends of the server name that the client asks for, by its ClientHello. */
    public void acceptTls(ChannelHandlerContext before) {
        new Stream(this, StreamKind.TLS, "").begin(before);
    }

    /** Fails where {@code address} is in use by any UDP socket, also by one that would share it. Any thread. */
    public CompletionStage<Void> probe(InetSocketAddress address) {
        CompletableFuture<Void> free = new CompletableFuture<>();
        eventLoop.execute(() -> UdpSocket.probe(address, free));
        return free;
    }

    /**
     * Opens a UDP socket at {@code address}, which it shares with those of the other event loops. Any thread.
     *
     * @param listener for the access log
     */
    public CompletionStage<UdpSocket> bind(InetSocketAddress address, String listener) {
        CompletableFuture<UdpSocket> bound = new CompletableFuture<>();
        eventLoop.execute(() -> new UdpSocket(this, listener).bind(address, bound));
        return bound;
    }

    /** Cuts what is left. Any thread. */
    public void stop() {
        eventLoop.execute(() -> {
            List.copyOf(streams).forEach(Stream::cut);
            List.copyOf(sockets).forEach(UdpSocket::close);
        });
    }

    void add(Stream stream, StreamKind kind) {
        stream.index = streams.size();
        streams.add(stream);
        traffic.connectionOpened();
        traffic.streamOpened(kind);
        startTimer();
    }

    void remove(Stream stream, StreamKind kind, Outcome outcome) {
        Stream lastOne = streams.removeLast();
        if (lastOne != stream) {
            streams.set(stream.index, lastOne);
            lastOne.index = stream.index;
        }
        traffic.connectionClosed();
        traffic.streamEnded(kind, outcome);
    }

    void add(UdpSocket socket) {
        sockets.add(socket);
        startTimer();
    }

    void remove(UdpSocket socket) {
        sockets.remove(socket);
    }

    private void startTimer() {
        if (timer == null) {
            timer = eventLoop.scheduleAtFixedRate(
                    this::onTick, LoopPolicy.TICK_MILLIS, LoopPolicy.TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void onTick() {
        tick++;
        Timeouts current = upstreams.policy().source().timeouts();
        if (!current.equals(timeouts)) {
            timeouts = current;
            ticks = StreamTicks.of(current);
        }
        // From the end: a stream that ends is replaced by the last one, which has been seen.
        for (int i = streams.size() - 1; i >= 0; i--) {
            if (i < streams.size()) {
                streams.get(i).onTick(tick);
            }
        }
        for (int i = sockets.size() - 1; i >= 0; i--) {
            sockets.get(i).onTick(tick);
        }
        if (streams.isEmpty() && sockets.isEmpty() && timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    void log(
            StreamKind kind,
            @Nullable ClientEnds client,
            String target,
            long startMillis,
            long startNanos,
            long bytesIn,
            long bytesOut,
            @Nullable Upstream backend,
            int attempts,
            Outcome outcome) {
        AccessLog log = accessLog;
        if (log != null) {
            log.log(new AccessRecord(
                    startMillis,
                    client == null ? "" : client.sourceHost(),
                    kind.word(),
                    target,
                    "",
                    0,
                    bytesIn,
                    bytesOut,
                    (traffic.now() - startNanos) / 1000,
                    backend == null ? null : backend.key(),
                    attempts,
                    outcome));
        }
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    ChannelFactory<? extends DatagramChannel> datagramChannels() {
        return datagramChannels;
    }

    LoopUpstreams upstreams() {
        return upstreams;
    }

    LoopTraffic traffic() {
        return traffic;
    }

    @Nullable
    AccessLog accessLog() {
        return accessLog;
    }

    int tick() {
        return tick;
    }

    /** What the loop's streams read into. */
    ScratchReads reads() {
        return reads;
    }

    /** What the loop's UDP sockets read into. */
    DatagramReads datagramReads() {
        DatagramReads made = datagramReads;
        if (made == null) {
            made = new DatagramReads();
            datagramReads = made;
        }
        return made;
    }

    StreamTicks ticks() {
        return ticks;
    }

    int removedGraceTicks() {
        return removedGraceTicks;
    }

    /** What one event loop may hold of what {@code limits.connections} allows the whole proxy. */
    int maxSessions() {
        return Math.max(1, upstreams.policy().clients().connections() / loops);
    }
}
