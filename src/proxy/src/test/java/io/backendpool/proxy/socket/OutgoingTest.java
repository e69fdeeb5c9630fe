package io.backendpool.proxy.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over real sockets: what was written is what arrives, whether the kernel takes it at once or not. */
final class OutgoingTest {
    private @Nullable MultiThreadIoEventLoopGroup group;

    /** Sends through an {@link Outgoing} of its own. */
    private static final class Sender extends ChannelInboundHandlerAdapter {
        final List<ByteBuf> written = new ArrayList<>();
        private final @Nullable ScratchReads reads;

        @Nullable
        Outgoing out;

        Sender(@Nullable ScratchReads reads) {
            this.reads = reads;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            out = new Outgoing(ctx, true, reads);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            way().close();
        }

        Outgoing way() {
            Outgoing way = out;
            if (way == null) {
                throw new IllegalStateException("not connected");
            }
            return way;
        }

        void write(ByteBuf data) {
            written.add(data);
            way().write(data);
        }
    }

    @AfterEach
    void stop() {
        if (group != null) {
            group.shutdownGracefully(0, 0, java.util.concurrent.TimeUnit.SECONDS)
                    .syncUninterruptibly();
        }
    }

    private Channel connect(ServerSocket server, Sender sender, boolean epoll) {
        group = new MultiThreadIoEventLoopGroup(1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        ChannelFuture connected = new Bootstrap()
                .group(group)
                .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.SO_SNDBUF, 16 * 1024)
                .handler(sender)
                .connect(server.getLocalSocketAddress());
        return connected.syncUninterruptibly().channel();
    }

    private static ServerSocket server() throws IOException {
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        server.setReceiveBufferSize(16 * 1024);
        return server;
    }

    private static void on(Channel channel, Runnable work) {
        channel.eventLoop().submit(work).syncUninterruptibly();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anyWritesAndFlushes_arriveWholeAndInOrder(boolean epoll) throws Exception {
        assumeTrue(!epoll || Epoll.isAvailable(), "epoll is not of this platform");
        long seed = System.nanoTime();
        System.out.println("OutgoingTest seed " + seed);
        Random random = new Random(seed);
        byte[] sent = new byte[1 << 20];
        random.nextBytes(sent);
        Sender sender = new Sender(null);
        try (ServerSocket server = server()) {
            Channel channel = connect(server, sender, epoll);
            try (Socket accepted = server.accept()) {
                for (int at = 0; at < sent.length; ) {
                    int buffers = 1 + random.nextInt(3);
                    List<ByteBuf> cycle = new ArrayList<>();
                    for (int i = 0; i < buffers && at < sent.length; i++) {
                        int length = Math.min(sent.length - at, random.nextInt(random.nextBoolean() ? 200 : 20_000));
                        ByteBuf data = random.nextInt(10) == 0
                                ? Unpooled.buffer().writeBytes(sent, at, length)
                                : PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(sent, at, length);
                        cycle.add(data);
                        at += length;
                    }
                    boolean queues = random.nextInt(20) == 0;
                    on(channel, () -> {
                        cycle.forEach(sender::write);
                        if (queues) {
                            sender.way().queue();
                        }
                        sender.way().flush();
                    });
                }
                byte[] received = accepted.getInputStream().readNBytes(sent.length);
                assertThat(received).isEqualTo(sent);
                on(channel, () -> assertThat(sender.written)
                        .allSatisfy(data -> assertThat(data.refCnt()).isZero()));
            }
            channel.close().syncUninterruptibly();
        }
    }

    @Test
    void closed_dropsWhatWasNotFlushed_andWhatIsStillWritten() throws Exception {
        assumeTrue(Epoll.isAvailable(), "epoll is not of this platform");
        Sender sender = new Sender(null);
        try (ServerSocket server = server()) {
            Channel channel = connect(server, sender, true);
            on(
                    channel,
                    () -> sender.write(
                            PooledByteBufAllocator.DEFAULT.directBuffer().writeByte(1)));
            channel.close().syncUninterruptibly();
            on(channel, () -> {
                sender.write(PooledByteBufAllocator.DEFAULT.directBuffer().writeByte(2));
                sender.way().flush();
            });
            on(channel, () -> assertThat(sender.written)
                    .allSatisfy(data -> assertThat(data.refCnt()).isZero()));
        }
    }

    @Test
    void reset_isToldByTheChannel() throws Exception {
        assumeTrue(Epoll.isAvailable(), "epoll is not of this platform");
        Sender sender = new Sender(null);
        try (ServerSocket server = server()) {
            Channel channel = connect(server, sender, true);
            Socket accepted = server.accept();
            on(channel, () -> channel.config().setAutoRead(false));
            accepted.setSoLinger(true, 0);
            accepted.close();
            while (channel.isActive()) {
                on(channel, () -> {
                    sender.write(PooledByteBufAllocator.DEFAULT.directBuffer().writeByte(1));
                    sender.way().flush();
                });
            }
            channel.closeFuture().syncUninterruptibly();
            on(channel, () -> assertThat(sender.written)
                    .allSatisfy(data -> assertThat(data.refCnt()).isZero()));
        }
    }

    @Test
    void sharedBuffer_isFreeAgain_whateverTheKernelTakes() throws Exception {
        assumeTrue(Epoll.isAvailable(), "epoll is not of this platform");
        ScratchReads reads = new ScratchReads(64 * 1024);
        Sender sender = new Sender(reads);
        byte[] sent = new byte[512 * 1024];
        new Random(1).nextBytes(sent);
        try (ServerSocket server = server()) {
            Channel channel = connect(server, sender, true);
            on(channel, () -> reads.serve(channel));
            try (Socket accepted = server.accept()) {
                // The connection reads from itself what a peer would have sent, and sends it back.
                for (int at = 0; at < sent.length; at += 32 * 1024) {
                    int from = at;
                    on(channel, () -> {
                        ByteBuf read = channel.config()
                                .getRecvByteBufAllocator()
                                .newHandle()
                                .allocate(channel.alloc());
                        assertThat(read.refCnt())
                                .as("the shared buffer, and its owner")
                                .isEqualTo(2);
                        sender.way().write(read.writeBytes(sent, from, 32 * 1024));
                        sender.way().flush();
                    });
                }
                assertThat(accepted.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
            }
            channel.close().syncUninterruptibly();
        }
    }
}
