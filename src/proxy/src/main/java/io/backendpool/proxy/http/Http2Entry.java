package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;

/** Takes over a client's connection that turned out to speak HTTP/2. Event loop only. */
public interface Http2Entry {
    /** The start of every HTTP/2 connection (RFC 9113, 3.4). Nobody writes to it. */
    byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /**
     * Puts HTTP/2 in the place of {@code http1}.
     *
     * @param context of {@code http1}, in its channel's pipeline
     * @param read what was read so far, taken over; begins with {@link #PREFACE}
     * @param draining the connection is to end soon
     */
    void replace(LoopConnection http1, ChannelHandlerContext context, ByteBuf read, boolean draining);

    /**
     * Serves the client of a connection of which it is known that it speaks HTTP/2 (ALPN).
     *
     * @param before the handler of the channel's pipeline that ours is put in front of
     */
    void accept(ChannelHandlerContext before);
}
