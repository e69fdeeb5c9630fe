package io.backendpool.proxy.stream;

import io.backendpool.proxy.socket.DatagramReads;
import io.backendpool.proxy.socket.OutgoingDatagrams;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.upstream.LoopPolicy;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A listener's UDP socket of one event loop, and the sessions of those who send to it, by their address. But for
 * {@link #rename} and {@link #drain}: event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
public final class UdpSocket {
    /** Of transports without a way of their own ({@link DatagramReads}). */
    private static final int READS_A_CYCLE = 16;
    /** What waits to be sent while the kernel takes no more; what is beyond is dropped. */
    private static final WriteBufferWaterMark WAITING = new WriteBufferWaterMark(512 * 1024, 1024 * 1024);
    /** While the socket drains, a session ends when it has been silent for so long. */
    private static final int QUIET_TICKS = LoopPolicy.ticks(Duration.ofSeconds(2));

    private final StreamLoop loop;
    private final Map<InetSocketAddress, UdpSession> sessions = new HashMap<>();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private volatile String listener;
    private @Nullable Channel channel;
    private @Nullable OutgoingDatagrams out;
    private boolean draining;
    private long drainEndNanos;

    UdpSocket(StreamLoop loop, String listener) {
        this.loop = loop;
        this.listener = listener;
    }

    /** A UDP socket that is not open yet. */
    static Bootstrap bootstrap(EventLoop loop, ChannelFactory<? extends DatagramChannel> channels) {
        return new Bootstrap()
                .group(loop)
                .channelFactory(channels)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(DatagramReads.MAX_DATAGRAM).maxMessagesPerRead(READS_A_CYCLE))
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WAITING);
    }

    /** Closed again at once, which a channel of Netty's NIO transport is only with the next turn of its selector. */
    static void probe(InetSocketAddress address, CompletableFuture<Void> free) {
        try (java.nio.channels.DatagramChannel socket = java.nio.channels.DatagramChannel.open()) {
            socket.bind(address);
        } catch (IOException e) {
            free.completeExceptionally(e);
            return;
        }
        free.complete(null);
    }

    void bind(InetSocketAddress address, CompletableFuture<UdpSocket> bound) {
        bootstrap(loop.eventLoop(), loop.datagramChannels())
                .handler(new Incoming())
                .bind(address)
                .addListener((ChannelFutureListener) done -> {
                    if (!done.isSuccess()) {
                        bound.completeExceptionally(done.cause());
                        return;
                    }
                    channel = done.channel();
                    out = new OutgoingDatagrams(channel, loop.datagramReads());
                    loop.add(this);
                    bound.complete(this);
                });
    }

    /** The listener is called {@code name} from now on. Any thread. */
    public void rename(String name) {
        listener = name;
    }

    /**
     * Takes no new sessions; those that there are end when they are silent for two seconds, or at the deadline. Completes
     * when all have. Any thread.
     */
    public CompletionStage<Void> drain(Duration deadline) {
        loop.eventLoop().execute(() -> {
            draining = true;
            drainEndNanos = loop.traffic().now() + deadline.toNanos();
            if (sessions.isEmpty()) {
                close();
            }
        });
        return end;
    }

    /** Ends all sessions and closes the socket. */
    void close() {
        List.copyOf(sessions.values()).forEach(UdpSession::end);
        loop.remove(this);
        if (channel != null) {
            channel.close().addListener(closed -> end.complete(null));
        }
    }

    /** Called about every 100 ms. */
    void onTick(int now) {
        int idle = draining
                ? Math.min(QUIET_TICKS, loop.ticks().session())
                : loop.ticks().session();
        List<UdpSession> ended = new ArrayList<>();
        for (UdpSession session : sessions.values()) {
            if (now - session.lastTick() > idle) {
                ended.add(session);
            }
        }
        ended.forEach(UdpSession::end);
        if (draining && (sessions.isEmpty() || loop.traffic().now() - drainEndNanos >= 0)) {
            close();
        }
    }

    /** Sends a backend's datagram to the client at {@code to}; takes it over. False: it was dropped. */
    boolean reply(ByteBuf data, InetSocketAddress to) {
        boolean sent = false;
        if (out == null) {
            data.release();
        } else {
            try {
                sent = out.send(data, to);
            } catch (IOException e) {
                // This datagram could not be sent; the next one, to another client, may.
            }
        }
        if (!sent) {
            loop.traffic().datagramDropped();
        }
        return sent;
    }

    void ended(UdpSession session) {
        sessions.remove(session.client());
    }

    String listener() {
        return listener;
    }

    private void received(DatagramPacket datagram) {
        UdpSession session = sessions.get(datagram.sender());
        if (session == null) {
            session = newSession(datagram.sender());
        }
        if (session == null) {
            datagram.release();
            loop.traffic().datagramDropped();
            return;
        }
        session.fromClient(datagram.content());
    }

    private @Nullable UdpSession newSession(InetSocketAddress client) {
        if (draining) {
            return null;
        }
        if (sessions.size() >= loop.maxSessions()) {
            loop.traffic().limitHit(Limit.UDP_SESSIONS);
            return null;
        }
        UdpSession session = new UdpSession(loop, this, client);
        sessions.put(client, session);
        return session;
    }

    /** The handler of the listener's socket. */
    private final class Incoming extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            PortSharing.allow(ctx.channel().config());
            loop.datagramReads().serve(ctx.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof DatagramPacket datagram) {
                received(datagram);
            } else {
                ctx.fireChannelRead(message);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // One datagram could not be sent; the next one, to another client, may.
            loop.traffic().datagramDropped();
        }
    }
}
