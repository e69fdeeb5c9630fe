package io.backendpool.proxy.probe;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/** One request over HTTP/2 and what is made of its answer. Used once, confined to one thread. */
interface Http2Exchange {
    Http2Headers request();

    /** What is sent after the fields; empty: nothing. */
    byte[] requestBody();

    /**
     * Takes a final head, or trailers. Null: more is needed.
     *
     * @param end nothing follows
     */
    @Nullable
    ProbeResult headers(Http2Headers fields, boolean end);

    /** Takes the next bytes of the body, and may read them. Null: more is needed. */
    @Nullable
    ProbeResult data(ByteBuf bytes, boolean end);
}
