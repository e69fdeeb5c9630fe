package io.backendpool.proxy.warmup;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;

/** The backends of the warm-up that send back what they get. Any thread. */
final class EchoBackend {
    private EchoBackend() {}

    /** One of streams, in TLS where there is a certificate in {@code options}. */
    static Future<NetServer> streams(Vertx vertx, NetServerOptions options) {
        return vertx.createNetServer(options)
                .connectHandler(socket -> socket.handler(socket::write))
                .listen(0, LoopbackProxy.ADDRESS);
    }

    /** One of datagrams. */
    static Future<Channel> datagrams(Vertx vertx) {
        return openDatagrams(vertx, new Datagrams() {
            @Override
            @SuppressWarnings("FutureReturnValueIgnored") // a datagram that is not sent is one that is lost
            protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket datagram) {
                ctx.writeAndFlush(new DatagramPacket(datagram.content().retain(), datagram.sender()));
            }
        });
    }

    /** A socket of datagrams on loopback. Not one of Vert.x: to make one blocks. */
    static Future<Channel> openDatagrams(Vertx vertx, ChannelHandler handler) {
        VertxInternal internal = (VertxInternal) vertx;
        Promise<Channel> opened = Promise.promise();
        new Bootstrap()
                .group(internal.nettyEventLoopGroup().next())
                .channelFactory(internal.transport().datagramChannelFactory())
                .handler(handler)
                .bind(LoopbackProxy.ADDRESS, 0)
                .addListener((ChannelFuture bound) -> {
                    if (bound.isSuccess()) {
                        opened.complete(bound.channel());
                    } else {
                        opened.fail(bound.cause());
                    }
                });
        return opened.future();
    }

    /** A socket that is being closed may still be read. */
    abstract static class Datagrams extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable closed) {
            // What is lost is lost.
        }
    }
}
