package io.backendpool.proxy.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Opens connections to backends on one event loop, so that both ends of an exchange share a thread. */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
final class UpstreamConnector {
    private final EventLoop loop;
    private final Bootstrap bootstrap;

    UpstreamConnector(EventLoop loop, ChannelFactory<? extends Channel> channels) {
        this.loop = loop;
        bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(channels)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true);
    }

    /** Opens a connection of {@code client} alone; null: of whoever needs one. */
    void connect(Upstream upstream, int timeoutMillis, UpstreamReceiver receiver, @Nullable PrivateConnections client) {
        UpstreamConnection connection = new UpstreamConnection(upstream, client);
        ChannelFuture future = bootstrap
                .clone()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
                .handler(connection)
                .connect(upstream.address());
        future.addListener((ChannelFutureListener) done -> {
            if (done.isSuccess()) {
                connection.use(receiver);
                if (client != null) {
                    connection.write(client.header(upstream));
                }
                receiver.upstreamConnected(connection);
            } else {
                upstream.connectFailed();
                receiver.upstreamConnectFailed(upstream, done.cause());
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
}
