package io.backendpool.proxy.tls;

import io.backendpool.proxy.traffic.Handshake;
import io.backendpool.proxy.traffic.HandshakeCounters;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.net.impl.ShutdownEvent;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sees a handshake through: cuts one that takes too long, counts how each ends, and hands the connection on when it has
 * succeeded. Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a close ends, the channel tells by its events
final class HandshakeGuard extends ChannelInboundHandlerAdapter {
    private final String listener;
    private final Duration timeout;
    private final ChannelHandlerContext next;
    private final AlpnChoice alpn;
    private final HandshakeCounters counters;
    private @Nullable ScheduledFuture<?> timer;
    private @Nullable ShutdownEvent shutdown;
    private boolean ended;

    HandshakeGuard(
            String listener,
            Duration timeout,
            ChannelHandlerContext next,
            AlpnChoice alpn,
            HandshakeCounters counters) {
        this.listener = listener;
        this.timeout = timeout;
        this.next = next;
        this.alpn = alpn;
        this.counters = counters;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timer = ctx.executor().schedule(() -> timedOut(ctx), timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void timedOut(ChannelHandlerContext ctx) {
        if (end(ctx, Handshake.TIMED_OUT, "not done in " + timeout.toMillis() + " ms")) {
            TlsChannels.abort(ctx);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        switch (event) {
            case SslHandshakeCompletionEvent handshake when handshake.isSuccess() -> succeeded(ctx);
            case SslHandshakeCompletionEvent handshake -> failed(ctx, handshake.cause());
            // The listener is going: who takes the connection over is told, for the client is about to ask for
            // something.
            case ShutdownEvent going -> shutdown = going;
            default -> ctx.fireUserEventTriggered(event);
        }
    }

    private void succeeded(ChannelHandlerContext ctx) {
        if (!end(ctx, Handshake.COMPLETED, "")) {
            return;
        }
        SslHandler handler = ctx.pipeline().get(SslHandler.class);
        String protocol = handler == null ? null : handler.applicationProtocol();
        ShutdownEvent going = shutdown;
        alpn.chosen(next, protocol == null ? AlpnChoice.HTTP_1_1 : protocol);
        if (going != null) {
            ctx.fireUserEventTriggered(going);
        }
        ctx.pipeline().remove(this);
    }

    private void failed(ChannelHandlerContext ctx, Throwable cause) {
        end(ctx, TlsFailures.kind(cause), TlsFailures.describe(cause));
        ctx.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        // Nothing is decrypted before the handshake is done: what comes here was refused.
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(ctx, Handshake.CLOSED, "the client closed the connection");
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // The TLS handler has told of it by an event before, unless the connection broke.
        end(ctx, TlsFailures.kind(cause), TlsFailures.describe(cause));
        ctx.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        end(ctx, TlsFailures.kind(new ClosedChannelException()), "the listener went");
    }

    private boolean end(ChannelHandlerContext ctx, Handshake how, String reason) {
        if (ended) {
            return false;
        }
        ended = true;
        if (timer != null) {
            timer.cancel(false);
        }
        counters.ended(how, listener, ctx.channel().remoteAddress(), reason);
        return true;
    }
}
