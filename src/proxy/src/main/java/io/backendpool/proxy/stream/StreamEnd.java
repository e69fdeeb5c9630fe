package io.backendpool.proxy.stream;

import io.backendpool.proxy.socket.Outgoing;
import io.backendpool.proxy.tls.TlsChannels;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.net.impl.ShutdownEvent;
import org.jspecify.annotations.Nullable;

/**
 * One end of a stream: what it reads is written to its peer as it is, and flushed once a read cycle; where the peer does not
 * take it, it reads no more. Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
final class StreamEnd extends ChannelInboundHandlerAdapter {
    private final Stream stream;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Outgoing out;
    private @Nullable StreamEnd peer;
    private @Nullable Throwable cause;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean closing;

    StreamEnd(Stream stream) {
        this.stream = stream;
    }

    /** From now on, what this end reads goes to {@code other}. */
    void joinTo(StreamEnd other) {
        peer = other;
    }

    /** The other side sends nothing more to this end, or both ways have ended. */
    boolean inputEnded() {
        return inputEnded;
    }

    boolean outputEnded() {
        return outputEnded;
    }

    /** The other side has ended its way and does not take any more either: it has reset the connection. */
    boolean isReset() {
        return inputEnded && context != null && TlsChannels.isReset(context.channel());
    }

    boolean isWritable() {
        return context != null && context.channel().isWritable();
    }

    /** Queues {@code data}, which is released when it was written. */
    void write(ByteBuf data) {
        if (out == null || closing) {
            data.release();
        } else {
            out.write(data);
        }
    }

    void flush() {
        if (out != null) {
            out.flush();
        }
    }

    void readable(boolean wanted) {
        if (context != null) {
            TlsChannels.readable(context.channel(), wanted);
        }
    }

    /** What is queued is sent, and then that there is no more. */
    void endOutput() {
        ChannelHandlerContext ctx = context;
        if (ctx == null || out == null || closing) {
            return;
        }
        out.queue();
        // Netty drops what is still queued when the output is shut down, so that has to wait for it.
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) sent -> {
            if (sent.isSuccess() && sent.channel() instanceof DuplexChannel duplex) {
                duplex.shutdownOutput().addListener(done -> {
                    outputEnded = true;
                    stream.outputEnded();
                });
            }
        });
    }

    /** Closes in order. */
    void close() {
        closing = true;
        if (context != null && out != null) {
            out.close();
            context.close();
        }
    }

    /** Closes by a reset: whoever is at the other side must not take what it got for whole. */
    void reset() {
        ChannelHandlerContext ctx = context;
        if (ctx != null && ctx.channel().isActive()) {
            ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        close();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        out = new Outgoing(ctx, ctx.pipeline().get(SslHandler.class) == null, stream.reads());
        stream.reads().serve(ctx.channel());
        ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf data)) {
            ctx.fireChannelRead(message);
            return;
        }
        StreamEnd to = peer;
        if (closing) {
            data.release();
        } else if (to == null) {
            stream.early(stream.reads().keep(data, ctx.alloc()));
        } else {
            stream.passed(this, data.readableBytes());
            to.write(data);
            if (!to.isWritable()) {
                // Much in one cycle: pass it on before more is read, and see whether it was taken.
                to.flush();
                readable(to.isWritable());
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        StreamEnd to = peer;
        if (to != null) {
            to.flush();
        } else {
            ctx.fireChannelReadComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        stream.progress();
        if (peer != null) {
            peer.readable(ctx.channel().isWritable());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        switch (event) {
            case ChannelInputShutdownEvent unused -> {
                if (!closing && !inputEnded) {
                    inputEnded = true;
                    stream.inputEnded(this);
                }
            }
            case ChannelInputShutdownReadComplete unused -> {}
            // The listener is going: Vert.x tells each of its connections, and cuts those left at the deadline.
            case ShutdownEvent unused -> stream.drain();
            default -> ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (out != null) {
            out.close();
        }
        stream.closed(this, cause);
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        if (cause == null) {
            cause = thrown;
        }
        ctx.close();
    }
}
