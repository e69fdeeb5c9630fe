package io.backendpool.proxy.upstream;

import io.backendpool.proxy.tls.BackendTls;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a backend: used by one receiver at a time, idle in its {@link Upstream} in between. Knows nothing of
 * what is spoken on it. Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
public final class UpstreamConnection extends ChannelInboundHandlerAdapter {
    private final Upstream upstream;
    private final @Nullable BackendTls tls;
    private @Nullable ChannelHandlerContext context;
    private @Nullable UpstreamReceiver receiver;
    private @Nullable Throwable cause;
    private boolean reused;
    private int idleSinceTick;

    UpstreamConnection(Upstream upstream) {
        this.upstream = upstream;
        this.tls = upstream.tls();
    }

    public Upstream upstream() {
        return upstream;
    }

    /** How it was secured. */
    @Nullable
    BackendTls tls() {
        return tls;
    }

    /** It has served another exchange before, so the backend may be closing it at this moment. */
    public boolean reused() {
        return reused;
    }

    void use(UpstreamReceiver next) {
        receiver = next;
    }

    int idleSinceTick() {
        return idleSinceTick;
    }

    void idleSince(int tick) {
        idleSinceTick = tick;
    }

    /** Queues {@code data}, which is released when it was written. */
    public void write(ByteBuf data) {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            data.release();
            return;
        }
        ctx.write(data, ctx.voidPromise());
    }

    public void flush() {
        if (context != null) {
            context.flush();
        }
    }

    public boolean isWritable() {
        return context != null && context.channel().isWritable();
    }

    /** Stops or resumes reading: the other side is slow. */
    public void readable(boolean wanted) {
        if (context != null && context.channel().config().isAutoRead() != wanted) {
            context.channel().config().setAutoRead(wanted);
        }
    }

    /** The exchange has ended in good order: the connection may serve the next one. */
    public void release() {
        receiver = null;
        reused = true;
        readable(true);
        upstream.idle(this);
    }

    /** The exchange ended otherwise, or nobody needs the connection any more. */
    public void close() {
        receiver = null;
        if (context != null) {
            context.close();
        }
    }

    boolean isActive() {
        return context != null && context.channel().isActive();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
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
    public void channelInactive(ChannelHandlerContext ctx) {
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
