package io.backendpool.proxy.upstream;

import io.backendpool.proxy.socket.Outgoing;
import io.backendpool.proxy.tls.BackendTls;
import io.backendpool.proxy.tls.TlsChannels;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a backend: used by one receiver at a time, idle in its {@link Upstream} in between. Knows nothing of
 * what is spoken on it. Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
public final class UpstreamConnection extends ChannelInboundHandlerAdapter implements UpstreamLink {
    private final Upstream upstream;
    private final @Nullable PrivateConnections client;
    private final @Nullable BackendTls tls;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Outgoing out;
    private @Nullable UpstreamReceiver receiver;
    private @Nullable Throwable cause;
    private int served;
    private int idleUntilTick;
    private long idleSinceNanos;

    /**
     * Not yet open.
     *
     * @param client whose it is; null: of whoever needs one
     */
    UpstreamConnection(Upstream upstream, @Nullable PrivateConnections client) {
        this.upstream = upstream;
        this.client = client;
        this.tls = upstream.tls();
    }

    @Override
    public Upstream upstream() {
        return upstream;
    }

    /** How it was secured. */
    @Nullable
    BackendTls tls() {
        return tls;
    }

    @Override
    public boolean reused() {
        return served > 0;
    }

    @Override
    public boolean mayRefuse() {
        return false;
    }

    /** Exchanges that have ended in good order. */
    int served() {
        return served;
    }

    void use(UpstreamReceiver next) {
        receiver = next;
    }

    /** It was unused, and {@code next} has it from now on; false: it is of no use any more, and closes. */
    boolean reuse(UpstreamReceiver next) {
        if (!isActive()) {
            return false;
        }
        if (isIdleTooLong(upstream.tick()) || (next.sendsOnce() && hasEnded())) {
            closeSoon();
            return false;
        }
        receiver = next;
        return true;
    }

    /** As the kernel knows. Not asked of a busy connection, whose backend has just shown that it wants it. */
    private boolean hasEnded() {
        return context != null && upstream.hasEndedSince(idleSinceNanos, context.channel());
    }

    /**
     * Not in this turn of the loop: it may have an event of the connection at hand, by the number of its socket, which must
     * not be that of another socket by then.
     */
    private void closeSoon() {
        if (context != null) {
            context.executor().execute(this::close);
        }
    }

    /** Nobody uses it since {@code nanos}, by {@code LoopTraffic.now}, and at {@code untilTick} that has been long enough. */
    void idle(long nanos, int untilTick) {
        idleSinceNanos = nanos;
        idleUntilTick = untilTick;
    }

    /** It has been unused for as long as it may be. */
    boolean isIdleTooLong(int now) {
        return now - idleUntilTick >= 0;
    }

    @Override
    public void write(ByteBuf data) {
        if (out == null) {
            data.release();
        } else {
            out.write(data);
        }
    }

    @Override
    public void flush() {
        if (out != null) {
            out.flush();
        }
    }

    @Override
    public boolean isWritable() {
        return context != null && context.channel().isWritable();
    }

    @Override
    public void readable(boolean wanted) {
        if (context != null) {
            TlsChannels.readable(context.channel(), wanted);
        }
    }

    /** The connection may serve the next exchange. */
    @Override
    public void release(int idleTicks) {
        receiver = null;
        served++;
        readable(true);
        if (client == null) {
            upstream.idle(this, idleTicks);
        } else {
            client.idle(this, idleTicks);
        }
    }

    /** Or nobody needs the connection any more. */
    @Override
    public void close() {
        receiver = null;
        if (context != null) {
            context.close();
        }
    }

    @Override
    public void tunnel() {
        if (context != null) {
            context.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        }
    }

    @Override
    public void endOutput() {
        if (context != null && out != null) {
            out.queue();
            TlsChannels.endOutput(context);
        }
    }

    boolean isActive() {
        return context != null && context.channel().isActive();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        out = new Outgoing(ctx, tls == null);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (receiver != null && message instanceof ByteBuf data) {
            receiver.upstreamData(data);
            return;
        }
        // Nobody asked for this: whatever comes next on the connection could not be told from it.
        ReferenceCountUtil.release(message);
        ctx.close();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (receiver != null) {
            receiver.upstreamReadComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (receiver != null) {
            receiver.upstreamWritabilityChanged();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && receiver != null) {
            receiver.upstreamInputEnded();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (out != null) {
            out.close();
        }
        upstream.closed(this);
        UpstreamReceiver user = receiver;
        receiver = null;
        if (user != null) {
            user.upstreamClosed(cause);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        if (cause == null) {
            cause = thrown;
        }
        Channel channel = ctx.channel();
        channel.close();
    }
}
