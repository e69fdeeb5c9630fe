package io.backendpool.proxy.upstream;

import io.backendpool.pool.BackendKey;
import io.backendpool.proxy.tls.BackendTls;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens connections to backends on one event loop, so that both ends of an exchange share a thread. */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
final class UpstreamConnector {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamConnector.class);
    private static final long LOG_PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

    private final EventLoop loop;
    private final Bootstrap bootstrap;
    /** When the last TLS failure of a group was logged. */
    private final Map<String, Long> logged = new HashMap<>();

    UpstreamConnector(EventLoop loop, ChannelFactory<? extends Channel> channels) {
        this.loop = loop;
        bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(channels)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true);
    }

    /** Opens a connection of {@code client} alone; null: of whoever needs one. TLS, where the group has it, included. */
    void connect(Upstream upstream, int timeoutMillis, UpstreamReceiver receiver, @Nullable PrivateConnections client) {
        UpstreamConnection connection = new UpstreamConnection(upstream, client);
        long begin = System.nanoTime();
        ChannelFuture future = bootstrap
                .clone()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
                .handler(connection)
                .connect(upstream.address());
        future.addListener((ChannelFutureListener) done -> {
            if (!done.isSuccess()) {
                upstream.connectFailed();
                receiver.upstreamConnectFailed(upstream, done.cause());
                return;
            }
            if (client != null) {
                connection.write(client.header(upstream));
            }
            BackendTls tls = connection.tls();
            if (tls == null) {
                connected(connection, receiver);
            } else {
                // The header goes in front of TLS, in plain text.
                connection.flush();
                Duration left = Duration.ofMillis(timeoutMillis).minusNanos(System.nanoTime() - begin);
                secure(tls, left, done.channel(), connection, receiver);
            }
        });
    }

    /** The future ends on the event loop, even where not so much as a socket could be had. */
    Future<Channel> open(InetSocketAddress address, ChannelHandler handler, Duration connectTimeout) {
        Promise<Channel> opened = loop.newPromise();
        bootstrap
                .clone()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) connectTimeout.toMillis())
                .handler(handler)
                .connect(address)
                .addListener((ChannelFutureListener) done -> {
                    if (done.isSuccess()) {
                        opened.setSuccess(done.channel());
                    } else {
                        opened.setFailure(done.cause());
                    }
                });
        return opened;
    }

    /**
     * Opens a connection to {@code upstream} for {@code handler}, which is put into the pipeline when TLS, where the group
     * has it, is done. The future ends on the event loop.
     */
    Future<Channel> open(Upstream upstream, int timeoutMillis, ChannelHandler handler) {
        BackendTls tls = upstream.tls();
        Duration timeout = Duration.ofMillis(timeoutMillis);
        if (tls == null) {
            return open(upstream.address(), handler, timeout);
        }
        long begin = System.nanoTime();
        Promise<Channel> opened = loop.newPromise();
        open(upstream.address(), new ChannelInboundHandlerAdapter(), timeout).addListener((Future<Channel> done) -> {
            if (!done.isSuccess()) {
                opened.setFailure(done.cause());
                return;
            }
            Channel channel = done.getNow();
            Duration left = timeout.minusNanos(System.nanoTime() - begin);
            tls.secure(channel, upstream.key().port(), left, failure -> {
                if (failure == null) {
                    channel.pipeline().addLast(handler);
                    opened.setSuccess(channel);
                } else {
                    log(upstream.key(), String.valueOf(failure.getMessage()));
                    opened.setFailure(failure);
                }
            });
        });
        return opened;
    }

    private static void connected(UpstreamConnection connection, UpstreamReceiver receiver) {
        connection.use(receiver);
        receiver.upstreamConnected(connection);
    }

    private void secure(
            BackendTls tls, Duration left, Channel channel, UpstreamConnection connection, UpstreamReceiver receiver) {
        Upstream upstream = connection.upstream();
        tls.secure(channel, upstream.key().port(), left, failure -> {
            if (failure == null) {
                connected(connection, receiver);
            } else {
                // The channel was open: its end tells the upstream of the connection less.
                log(upstream.key(), String.valueOf(failure.getMessage()));
                receiver.upstreamConnectFailed(upstream, failure);
            }
        });
    }

    private void log(BackendKey backend, String reason) {
        long now = System.nanoTime();
        Long last = logged.get(backend.group());
        if (last == null || now - last > LOG_PAUSE_NANOS) {
            logged.put(backend.group(), now);
            LOG.warn("group={} backend={} connection failed: {}", backend.group(), backend.address(), reason);
        }
    }
}
