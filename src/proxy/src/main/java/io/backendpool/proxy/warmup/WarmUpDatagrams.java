package io.backendpool.proxy.warmup;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DatagramPacket;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** One client of the warm-up by UDP: sends a datagram, waits for its echo, sends the next. Confined to an event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // a datagram that is not sent is one that is lost
final class WarmUpDatagrams {
    private static final byte[] DATAGRAM = "warm".repeat(16).getBytes(StandardCharsets.US_ASCII);

    private final Vertx vertx;
    private final InetSocketAddress listener;
    private final WarmUpBudget budget;
    private final Promise<Void> done = Promise.promise();

    /** @param port on loopback */
    WarmUpDatagrams(Vertx vertx, int port, WarmUpBudget budget) {
        this.vertx = vertx;
        this.listener = new InetSocketAddress(InetAddress.ofLiteral(LoopbackProxy.ADDRESS), port);
        this.budget = budget;
    }

    /** Completes when it is enough, or when there is no more time: a lost datagram is not sent again. */
    Future<Void> run() {
        vertx.setTimer(budget.millisLeft(), late -> done.tryComplete());
        return EchoBackend.openDatagrams(vertx, new EchoBackend.Datagrams() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket echo) {
                        budget.answered();
                        send(ctx.channel());
                    }
                })
                .compose(channel -> {
                    send(channel);
                    return done.future().onComplete(ended -> channel.close());
                });
    }

    private void send(Channel channel) {
        if (budget.next() == WarmUpBudget.ENOUGH) {
            done.tryComplete();
        } else {
            channel.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(DATAGRAM), listener));
        }
    }
}
