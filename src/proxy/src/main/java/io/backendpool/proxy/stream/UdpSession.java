package io.backendpool.proxy.stream;

import io.backendpool.proxy.proxyprotocol.ClientEnds;
import io.backendpool.proxy.socket.OutgoingDatagrams;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.traffic.StreamKind;
import io.backendpool.proxy.upstream.Upstream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams of one client: they go to one backend from one socket, whose replies go back through the listener's. Where
 * the backend leaves the pool, is unhealthy, or says that nobody listens there (ICMP), the next datagram goes to another one.
 * Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
final class UdpSession {
    /** Datagrams that wait for the socket to the backend to be there. */
    private static final int MAX_WAITING = 16;

    private final StreamLoop loop;
    private final UdpSocket socket;
    private final InetSocketAddress client;
    private final long startNanos;
    private final long startMillis;
    private @Nullable Side side;
    private @Nullable Upstream last;
    /** Backends where nobody listened. */
    private List<Upstream> tried = List.of();

    private int attempts;
    private int lastTick;
    private long bytesIn;
    private long bytesOut;
    private boolean ended;

    UdpSession(StreamLoop loop, UdpSocket socket, InetSocketAddress client) {
        this.loop = loop;
        this.socket = socket;
        this.client = client;
        this.startNanos = loop.traffic().now();
        this.startMillis = loop.accessLog() == null ? 0 : System.currentTimeMillis();
        this.lastTick = loop.tick();
        loop.traffic().streamOpened(StreamKind.UDP);
    }

    InetSocketAddress client() {
        return client;
    }

    /** When a datagram went by last, in either direction. */
    int lastTick() {
        return lastTick;
    }

    /** Takes over {@code data}. */
    void fromClient(ByteBuf data) {
        lastTick = loop.tick();
        loop.upstreams().refresh();
        Side to = side;
        if (to != null && !to.upstream.isEligible()) {
            to.close();
            to = null;
        }
        if (to == null) {
            to = open();
        }
        if (to == null) {
            data.release();
            loop.traffic().datagramDropped();
            return;
        }
        int length = data.readableBytes();
        if (to.send(data)) {
            bytesIn += length;
            loop.traffic().streamBytes(StreamKind.UDP, length, 0);
        }
    }

    /** The client was silent for too long, or the socket goes. */
    void end() {
        if (ended) {
            return;
        }
        ended = true;
        Outcome outcome =
                side != null ? Outcome.ANSWERED : tried.isEmpty() ? Outcome.NO_BACKEND : Outcome.CONNECT_FAILED;
        if (side != null) {
            side.close();
        }
        socket.ended(this);
        loop.traffic().streamEnded(StreamKind.UDP, outcome);
        ClientEnds ends = new ClientEnds(client, client);
        loop.log(
                StreamKind.UDP,
                ends,
                socket.listener(),
                startMillis,
                startNanos,
                bytesIn,
                bytesOut,
                last,
                attempts,
                outcome);
    }

    private @Nullable Side open() {
        Upstream chosen = loop.upstreams().choose(client.getAddress(), tried);
        if (chosen == null && !tried.isEmpty()) {
            // All have failed once: they may be there again.
            tried = List.of();
            chosen = loop.upstreams().choose(client.getAddress(), tried);
        }
        if (chosen == null) {
            return null;
        }
        if (attempts++ > 0) {
            loop.traffic().retried();
        }
        last = chosen;
        Side opened = new Side(chosen);
        side = opened;
        opened.connect();
        return opened;
    }

    private void failed(Side failing) {
        loop.traffic().connectFailed();
        failing.upstream.traffic().connectFailed();
        if (tried.isEmpty()) {
            tried = new ArrayList<>(2);
        }
        tried.add(failing.upstream);
        failing.close();
    }

    /** The socket to one backend. */
    private final class Side extends ChannelInboundHandlerAdapter {
        final Upstream upstream;
        private final Queue<ByteBuf> waiting = new ArrayDeque<>(0);
        private @Nullable Channel channel;
        private @Nullable OutgoingDatagrams out;
        private boolean closed;

        Side(Upstream upstream) {
            this.upstream = upstream;
            upstream.traffic().started(loop.traffic().now());
            upstream.tryStarted();
        }

        void connect() {
            UdpSocket.bootstrap(loop.eventLoop(), loop.datagramChannels())
                    .handler(this)
                    .connect(upstream.address())
                    .addListener((ChannelFutureListener) this::connected);
        }

        private void connected(ChannelFuture done) {
            if (!loop.eventLoop().inEventLoop()) {
                // Netty's way to say that there was not so much as a socket.
                loop.eventLoop().execute(() -> connected(done));
                return;
            }
            if (!done.isSuccess()) {
                if (!closed) {
                    failed(this);
                }
                return;
            }
            channel = done.channel();
            if (closed) {
                channel.close();
                return;
            }
            out = new OutgoingDatagrams(channel, loop.datagramReads());
            for (ByteBuf next = waiting.poll(); next != null; next = waiting.poll()) {
                send(next);
            }
        }

        /** Takes over {@code data}; false: it was dropped. */
        boolean send(ByteBuf data) {
            if (closed) {
                return drop(data);
            }
            if (out == null) {
                return waiting.size() < MAX_WAITING
                        ? waiting.add(loop.datagramReads().keep(data, PooledByteBufAllocator.DEFAULT))
                        : drop(data);
            }
            boolean sent = false;
            try {
                sent = out.send(data, null);
            } catch (IOException e) {
                failed(this);
            }
            if (!sent) {
                loop.traffic().datagramDropped();
            }
            return sent;
        }

        private boolean drop(ByteBuf data) {
            data.release();
            loop.traffic().datagramDropped();
            return false;
        }

        void close() {
            if (closed) {
                return;
            }
            closed = true;
            if (side == this) {
                side = null;
            }
            upstream.traffic().streamEnded();
            upstream.tryEnded(-1, false, loop.traffic().now());
            waiting.forEach(this::drop);
            waiting.clear();
            if (channel != null) {
                channel.close();
            }
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            loop.datagramReads().serveConnected(ctx.channel(), () -> received(Unpooled.EMPTY_BUFFER));
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof DatagramPacket datagram) {
                received(datagram.content());
            } else {
                ctx.fireChannelRead(message);
            }
        }

        private void received(ByteBuf data) {
            if (closed) {
                data.release();
                return;
            }
            lastTick = loop.tick();
            int length = data.readableBytes();
            if (socket.reply(data, client)) {
                bytesOut += length;
                loop.traffic().streamBytes(StreamKind.UDP, 0, length);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // Port unreachable, or no way to the host: nobody takes these datagrams.
            if (!closed) {
                failed(this);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!closed) {
                failed(this);
            }
        }
    }
}
