package io.backendpool.proxy.listener;

import io.backendpool.pool.IpRange;
import io.backendpool.pool.Listener;
import io.backendpool.proxy.proxyprotocol.ProxyHeaderParser;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.LoopTraffic;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.net.impl.ShutdownEvent;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads the PROXY protocol header that the connections of a trusted range begin with, and then leaves: what serves the
 * connection sees the client's address and the bytes behind the header. Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
final class ProxyHeaderHandler extends ChannelInboundHandlerAdapter {
    private final String listener;
    private final Duration timeout;
    private final LoopTraffic traffic;
    private final ProxyHeaderLog log;
    private final Runnable next;
    private @Nullable ByteBuf in;
    private @Nullable ScheduledFuture<?> timer;
    private boolean done;

    /**
     * Waits for a header.
     *
     * @param timeout for the whole header
     * @param next puts what serves the connection behind this handler
     */
    ProxyHeaderHandler(String listener, Duration timeout, LoopTraffic traffic, ProxyHeaderLog log, Runnable next) {
        this.listener = listener;
        this.timeout = timeout;
        this.traffic = traffic;
        this.log = log;
        this.next = next;
    }

    /** Whether connections from where {@code channel} comes from begin with a header. */
    static boolean isExpected(Listener listener, Channel channel) {
        if (listener.proxyProtocolFrom().isEmpty() || !(channel.remoteAddress() instanceof InetSocketAddress remote)) {
            return false;
        }
        for (IpRange range : listener.proxyProtocolFrom()) {
            if (range.contains(remote.getAddress())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        timer = ctx.executor().schedule(() -> late(ctx), timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf data)) {
            ctx.fireChannelRead(message);
            return;
        }
        if (done) {
            data.release();
            return;
        }
        ByteBuf all = in == null ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), in, data);
        in = all;
        switch (ProxyHeaderParser.parse(all)) {
            case ProxyHeaderParser.Incomplete() -> {}
            case ProxyHeaderParser.Malformed(String problem) -> refuse(ctx, problem);
            case ProxyHeaderParser.Header header -> accept(ctx, header, all);
        }
    }

    private void accept(ChannelHandlerContext ctx, ProxyHeaderParser.Header header, ByteBuf all) {
        done = true;
        in = null;
        if (header.ends() != null) {
            header.ends().tell(ctx.channel());
        }
        next.run();
        all.skipBytes(header.length());
        if (all.isReadable()) {
            ctx.fireChannelRead(all);
            ctx.fireChannelReadComplete();
        } else {
            all.release();
        }
        ctx.pipeline().remove(this);
    }

    private void late(ChannelHandlerContext ctx) {
        if (!done) {
            traffic.limitHit(Limit.REQUEST_HEAD_TIMEOUT);
            refuse(ctx, "no PROXY protocol header within %d ms".formatted(timeout.toMillis()));
        }
    }

    private void refuse(ChannelHandlerContext ctx, String problem) {
        done = true;
        traffic.proxyHeaderRefused();
        String from = ctx.channel().remoteAddress() instanceof InetSocketAddress remote
                ? remote.getAddress().getHostAddress()
                : "?";
        log.refused(listener, from, problem);
        ctx.close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        // The listener is going, or whoever connected sends no more: nothing has begun.
        if (event instanceof ShutdownEvent || event instanceof ChannelInputShutdownEvent) {
            done = true;
            ctx.close();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // Only once what serves the connection is there: what was read before it came, it has been told.
        if (done) {
            ctx.fireChannelReadComplete();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        done = true;
        if (timer != null) {
            timer.cancel(false);
        }
        if (in != null) {
            in.release();
            in = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Whoever connected is gone: there is nobody left to tell.
        ctx.close();
    }
}
