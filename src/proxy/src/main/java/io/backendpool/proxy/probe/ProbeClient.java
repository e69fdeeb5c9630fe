package io.backendpool.proxy.probe;

import io.backendpool.pool.BackendGroup.ProxyProtocol;
import io.backendpool.proxy.proxyprotocol.ProxyHeader;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks over the network: one new connection each time, so that a probe tells what a new connection would meet. Called on,
 * and calls back on, one event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
final class ProbeClient implements Asker {
    private final EventLoop loop;
    private final Bootstrap bootstrap;
    private final Set<Attempt<?>> open = new HashSet<>();

    ProbeClient(EventLoop loop, ChannelFactory<? extends Channel> channels) {
        this.loop = loop;
        bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(channels)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.TCP_NODELAY, true)
                // An attempt has one timer for all of it.
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                .handler(new Nothing());
    }

    @Override
    public <R> void ask(Inquiry<R> inquiry, Consumer<R> told, Runnable ended) {
        new Attempt<>(inquiry, told, ended).start();
    }

    /** Hangs up on all that is under way; nobody is told any more. */
    void close() {
        for (Attempt<?> attempt : new ArrayList<>(open)) {
            attempt.abandon();
        }
    }

    @ChannelHandler.Sharable
    private static final class Nothing extends ChannelInboundHandlerAdapter {}

    /** One inquiry under way: the last handler of its connection. */
    private final class Attempt<R> extends ChannelInboundHandlerAdapter implements Answer<R> {
        private final Inquiry<R> inquiry;
        private final Conversation<R> conversation;
        private final Consumer<R> told;
        private final Runnable ended;
        private @Nullable Future<?> timer;
        private @Nullable Channel channel;
        private boolean silent;

        Attempt(Inquiry<R> inquiry, Consumer<R> told, Runnable ended) {
            this.inquiry = inquiry;
            this.conversation = inquiry.conversation().get();
            this.told = told;
            this.ended = ended;
        }

        void start() {
            open.add(this);
            timer = loop.schedule(this::timeOut, inquiry.timeout().toNanos(), TimeUnit.NANOSECONDS);
            ChannelFuture connect = bootstrap.connect(inquiry.address());
            if (connect.isDone()) {
                // Not so much as a socket could be had, and such a channel has no event loop.
                Throwable cause = connect.cause();
                loop.execute(() -> {
                    fail(cause);
                    end();
                });
                return;
            }
            channel = connect.channel();
            connect.addListener(done -> {
                if (done.isSuccess()) {
                    connected(connect.channel());
                } else {
                    fail(done.cause());
                    endWhenClosed(connect.channel());
                }
            });
        }

        private void endWhenClosed(Channel connection) {
            connection.close();
            connection.closeFuture().addListener(closed -> end());
        }

        private void connected(Channel connection) {
            if (silent) {
                endWhenClosed(connection);
                return;
            }
            connection.pipeline().addLast(this);
            if (inquiry.header() != ProxyProtocol.NONE) {
                connection.writeAndFlush(ProxyHeader.local(inquiry.header()));
            }
            Inquiry.Security security = inquiry.security();
            if (security == null) {
                converse(connection);
                return;
            }
            // Its own limit is for the traffic: here the timer ends a handshake that hangs, which is sooner.
            security.tls()
                    .secure(connection, inquiry.address().getPort(), security.offer(), inquiry.timeout(), failure -> {
                        if (failure == null) {
                            converse(connection);
                        } else {
                            fail(failure);
                        }
                    });
        }

        private void converse(Channel connection) {
            ChannelHandlerContext end = connection.pipeline().context(this);
            if (end != null && !silent) {
                conversation.begin(end, this);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object left) {
            ReferenceCountUtil.release(left);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            told(conversation.failed("connection closed without an answer"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            fail(cause);
            context.close();
        }

        /** What comes last: the end of the connection was told before. */
        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            end();
        }

        private void timeOut() {
            told(conversation.failed(ProbeFailure.timedOut(inquiry.timeout())));
            done();
        }

        private void fail(@Nullable Throwable cause) {
            told(conversation.failed(ProbeFailure.of(cause, inquiry.timeout())));
        }

        @Override
        public void told(R result) {
            if (!silent) {
                silent = true;
                told.accept(result);
            }
        }

        @Override
        public void done() {
            if (channel != null) {
                channel.close();
            }
        }

        void abandon() {
            silent = true;
            done();
        }

        private void end() {
            if (timer != null) {
                timer.cancel(false);
            }
            if (open.remove(this)) {
                ended.run();
            }
        }
    }
}
