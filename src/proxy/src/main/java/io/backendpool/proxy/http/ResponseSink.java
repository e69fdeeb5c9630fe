package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** Takes a response part by part, in order. Event loop only. */
public interface ResponseSink {
    /** A head of 1xx, but 101. */
    void interim(int status, Fields fields);

    /**
     * The final head.
     *
     * @param status 101: the data that follows, in both directions, is a WebSocket's
     * @param via of the proxy's own, to be added to {@code fields}; null: none
     * @param whole nothing follows, not even {@link #end}
     */
    void head(int status, Fields fields, @Nullable AsciiString via, boolean whole);

    /** A part of the body, taken over. */
    void data(ByteBuf data);

    /** The body has ended. */
    void end(@Nullable Fields trailers);
}
