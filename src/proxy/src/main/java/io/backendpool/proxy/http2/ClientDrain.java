package io.backendpool.proxy.http2;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;

/**
 * The end of a client's connection in two steps (RFC 9113, 6.8; docs/adr/0028-two-goaways.md): a GOAWAY that refuses nothing
 * yet, and one that names the last stream when the client must have seen the first, for it has answered a ping that came
 * after it. Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write ends, the channel tells by its events
final class ClientDrain {
    private enum Step {
        NO,
        /** The client was told; what it had sent before it knew is still taken. */
        ANNOUNCED,
        /** No new streams. */
        LAST
    }

    private static final long PING = 0x6472_6169_6e0a_2121L;
    /** How long the answer to a ping is waited for, in ticks. */
    private static final int PING_TICKS = 10;

    private final ClientHttp2Connection connection;
    private Step step = Step.NO;
    private int sinceTick;

    ClientDrain(ClientHttp2Connection connection) {
        this.connection = connection;
    }

    void begin(ChannelHandlerContext ctx, int now) {
        if (step != Step.NO) {
            return;
        }
        step = Step.ANNOUNCED;
        sinceTick = now;
        connection.goAway(ctx, Integer.MAX_VALUE, 0, Unpooled.EMPTY_BUFFER, ctx.newPromise());
        connection.encoder().writePing(ctx, false, PING, ctx.newPromise());
        connection.flush(ctx);
    }

    /** The client has answered a ping that had {@code data}. */
    void pingAnswered(ChannelHandlerContext ctx, long data) {
        if (data == PING && step == Step.ANNOUNCED) {
            nameLastStream(ctx);
        }
    }

    void onTick(ChannelHandlerContext ctx, int now) {
        if (step == Step.ANNOUNCED && now - sinceTick >= PING_TICKS) {
            nameLastStream(ctx);
        }
    }

    private void nameLastStream(ChannelHandlerContext ctx) {
        step = Step.LAST;
        connection.goAway(ctx, connection.lastStream(), 0, Unpooled.EMPTY_BUFFER, ctx.newPromise());
        connection.flushLater();
        lingerIfDone();
    }

    /** A stream is about to be gone. */
    void streamClosed(ChannelHandlerContext ctx) {
        if (step == Step.LAST) {
            ctx.executor().execute(this::lingerIfDone);
        }
    }

    private void lingerIfDone() {
        if (connection.connection().numActiveStreams() == 0) {
            connection.linger();
        }
    }
}
