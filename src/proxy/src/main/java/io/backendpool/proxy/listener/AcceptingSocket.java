package io.backendpool.proxy.listener;

import io.backendpool.proxy.stream.PortSharing;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.net.impl.ShutdownEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop's listening socket of a TCP port, and the port's connections that the loop serves. The sockets of a port
 * share it by SO_REUSEPORT; a connection is served by the loop that accepted it, so that no thread waits for another, unless
 * {@link TcpPort#placeFor} finds another loop that has much less to do.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a close ends, the channel tells by its close future
final class AcceptingSocket {
    /** Serves a connection that was just accepted. */
    interface Served {
        /**
         * On the connection's event loop.
         *
         * @param last the last handler of the connection's pipeline, to put others in front of
         */
        void begin(ChannelHandlerContext last);
    }

    private static final Logger LOG = LoggerFactory.getLogger(AcceptingSocket.class);

    private static final int BACKLOG = 4096;
    /** After a connection could not be accepted, for want of files or memory: others would fail the same way. */
    private static final long PAUSE_MILLIS = 500;

    private final EventLoop loop;
    private final AtomicInteger load;
    private final TcpPort port;
    private final Served served;
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    // Of the event loop
    private final List<Accepted> open = new ArrayList<>();
    private @Nullable Channel socket;
    private @Nullable ShutdownEvent draining;

    /**
     * Not listening yet.
     *
     * @param load the connections of all ports that {@code loop} serves
     */
    AcceptingSocket(EventLoop loop, AtomicInteger load, TcpPort port, Served served) {
        this.loop = loop;
        this.load = load;
        this.port = port;
        this.served = served;
    }

    /** Throws where {@code address} is in use by any TCP socket, also by one that would share it. Any thread. */
    static void probe(InetSocketAddress address) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(address, 1);
        }
    }

    /**
     * Listens at {@code address}. To be called once. Any thread.
     *
     * @param shared the port's other sockets listen there, too
     */
    CompletionStage<Void> listen(
            ChannelFactory<? extends ServerChannel> channels, InetSocketAddress address, boolean shared) {
        CompletableFuture<Void> listening = new CompletableFuture<>();
        loop.execute(() -> {
            Channel channel = channels.newChannel();
            socket = channel;
            channel.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
            channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
            if (shared) {
                PortSharing.allow(channel.config());
            }
            channel.pipeline().addLast(new Acceptor());
            ChannelFuture registered = loop.register(channel);
            ChannelFuture bound = registered.cause() == null ? channel.bind(address) : registered;
            bound.addListener((ChannelFutureListener) done -> {
                if (done.isSuccess()) {
                    listening.complete(null);
                } else {
                    channel.close();
                    listening.completeExceptionally(done.cause());
                }
            });
        });
        return listening;
    }

    /** How many connections the loop serves, of all ports. Any thread. */
    int load() {
        return load.get();
    }

    /**
     * Stops listening and tells the connections; those left at the deadline are cut. Completes when all have ended. Any
     * thread.
     */
    CompletionStage<Void> drain(Duration deadline) {
        loop.execute(() -> {
            ShutdownEvent event = new ShutdownEvent(deadline);
            draining = event;
            if (socket != null) {
                socket.close();
            }
            List.copyOf(open).forEach(accepted -> accepted.channel.pipeline().fireUserEventTriggered(event));
            loop.schedule(this::cut, deadline.toNanos(), TimeUnit.NANOSECONDS);
            endIfDone();
        });
        return end;
    }

    private void cut() {
        List.copyOf(open).forEach(accepted -> accepted.channel.close());
    }

    private void endIfDone() {
        if (draining != null && open.isEmpty()) {
            end.complete(null);
        }
    }

    /** Takes a connection that was accepted by this socket or another of its port; counted in {@link #load} already. */
    private void serve(Channel channel) {
        Accepted accepted = new Accepted(channel);
        // TCP_NODELAY is Netty's default.
        channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
        channel.pipeline().addLast(accepted);
        channel.closeFuture().addListener(accepted);
        accepted.index = open.size();
        open.add(accepted);
        if (channel instanceof EpollSocketChannel) {
            // Or it would be registered with epoll first, and told to read by a second system call.
            channel.unsafe().beginRead();
        }
        ChannelFuture registered = loop.register(channel);
        if (!channel.isActive()) {
            // Gone already, or the loop ends.
            registered.addListener(ChannelFutureListener.CLOSE);
            return;
        }
        served.begin(channel.pipeline().context(accepted));
        if (draining != null) {
            channel.pipeline().fireUserEventTriggered(draining);
        }
    }

    /** What the listening socket tells. */
    private final class Acceptor extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            Channel child = (Channel) message;
            AcceptingSocket place = port.placeFor(AcceptingSocket.this);
            place.load.incrementAndGet();
            if (place == AcceptingSocket.this) {
                serve(child);
            } else {
                place.loop.execute(() -> place.serve(child));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.warn(
                    "listener={} port={} cannot accept, tries again in {} ms: {}",
                    port.listener().name(),
                    port.listener().socket(),
                    PAUSE_MILLIS,
                    cause.toString());
            ctx.channel().config().setAutoRead(false);
            loop.schedule(() -> ctx.channel().config().setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** The last handler of a connection: what no other has taken ends here. */
    private final class Accepted extends ChannelInboundHandlerAdapter implements ChannelFutureListener {
        private final Channel channel;
        private int index;

        Accepted(Channel channel) {
            this.channel = channel;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            ReferenceCountUtil.release(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }

        /** The connection has ended. */
        @Override
        public void operationComplete(ChannelFuture closed) {
            Accepted lastOne = open.removeLast();
            if (lastOne != this) {
                open.set(index, lastOne);
                lastOne.index = index;
            }
            load.decrementAndGet();
            endIfDone();
        }
    }
}
