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

/** Opens connections to backends on one event loop, so that both ends of an exchange share a thread. */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
final class UpstreamConnector {
    private final Bootstrap bootstrap;

    UpstreamConnector(EventLoop loop, ChannelFactory<? extends Channel> channels, ProxyLimits limits) {
        bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(channels)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        limits.connectTimeout().toMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true);
    }

    ChannelFuture open(Upstream upstream, ChannelHandler handler) {
        return bootstrap.clone().handler(handler).connect(upstream.address());
    }

    void connect(Upstream upstream, UpstreamReceiver receiver) {
        UpstreamConnection connection = new UpstreamConnection(upstream);
        ChannelFuture future = open(upstream, connection);
        future.addListener((ChannelFutureListener) done -> {
            if (done.isSuccess()) {
                connection.use(receiver);
                receiver.upstreamConnected(connection);
            } else {
                upstream.connectFailed();
                receiver.upstreamConnectFailed(upstream, done.cause());
            }
        });
    }
}
