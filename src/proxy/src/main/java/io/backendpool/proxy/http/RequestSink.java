package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** Takes a request part by part, in order. Event loop only. */
public interface RequestSink {
    /**
     * The head. What it gets are copies, but for {@code fields}.
     *
     * @param target path and query, or {@code *}
     * @param authority of the Host field, which is not among {@code fields}
     * @param whole nothing follows, not even {@link #end}
     * @param upgrade it asks for a WebSocket
     */
    void head(
            AsciiString method,
            AsciiString target,
            AsciiString authority,
            Fields fields,
            boolean whole,
            boolean upgrade);

    /** A part of the body, taken over. */
    void data(ByteBuf data);

    /** The body has ended. */
    void end(@Nullable Fields trailers);
}
