package io.backendpool.proxy.http2;

import io.backendpool.proxy.traffic.Limit;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * The frames of one client that Netty has read and found in order: gives them to their streams, and counts those that cost
 * more than they carry. Event loop only.
 */
final class ClientFrames extends UnprioritizedFrames {
    private final ClientHttp2Connection connection;
    private final Http2Limits limits;
    private final ClientDrain drain;
    private int windowStart;
    private int opened;
    private int resets;
    private int controlFrames;

    /** Counts from tick {@code now} on. */
    ClientFrames(ClientHttp2Connection connection, Http2Limits limits, int now, ClientDrain drain) {
        this.connection = connection;
        this.limits = limits;
        this.windowStart = now;
        this.drain = drain;
    }

    void onTick(int now) {
        if (now - windowStart >= limits.windowTicks()) {
            windowStart = now;
            opened = 0;
            resets = 0;
            controlFrames = 0;
        }
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean endOfStream)
            throws Http2Exception {
        Http2Stream stream = connection.connection().stream(streamId);
        ClientStream known = connection.streamOf(stream);
        if (known != null) {
            known.trailers(headers, endOfStream);
            return;
        }
        opened++;
        ClientStream opening = connection.newStream(stream);
        opening.open(headers, endOfStream);
        if (!endOfStream) {
            connection.startLater(opening);
        }
    }

    @Override
    public int onDataRead(ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream)
            throws Http2Exception {
        if (!data.isReadable() && !endOfStream) {
            control();
        }
        ClientStream stream = connection.streamOf(connection.connection().stream(streamId));
        return stream == null ? data.readableBytes() + padding : stream.data(data, padding, endOfStream);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) throws Http2Exception {
        ClientStream stream = connection.streamOf(connection.connection().stream(streamId));
        if (stream == null || !stream.isUnanswered()) {
            control();
        } else if (++resets > limits.maxResets() && resets > opened / 2) {
            throw new FloodException(Limit.HTTP2_RESETS, "too many streams were opened and taken back");
        }
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) throws Http2Exception {
        control();
    }

    @Override
    public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
        control();
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
        control();
        drain.pingAnswered(ctx, data);
    }

    @Override
    public void onPriorityRead(ChannelHandlerContext ctx, int streamId, int dependency, short weight, boolean exclusive)
            throws Http2Exception {
        control();
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext ctx, int streamId, int increment) throws Http2Exception {
        if (increment < Http2Limits.SMALL_WINDOW_UPDATE) {
            control();
        }
    }

    @Override
    public void onUnknownFrame(ChannelHandlerContext ctx, byte type, int streamId, Http2Flags flags, ByteBuf payload)
            throws Http2Exception {
        control();
    }

    private void control() throws Http2Exception {
        if (++controlFrames > limits.maxControlFrames()) {
            throw new FloodException(Limit.HTTP2_CONTROL_FRAMES, "too many frames that carry nothing");
        }
    }
}
