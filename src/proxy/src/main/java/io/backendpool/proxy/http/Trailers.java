package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** The trailer section of a chunked body (RFC 9112, 7.1.2). See {@link Head} for how. */
final class Trailers extends Head {
    /** Those in {@code lines[0, length)}, which {@link ChunkedScanner} has found in order, with the empty line at the end. */
    static Trailers of(byte[] lines, int length) {
        Trailers trailers = new Trailers();
        ByteBuf wrapped = Unpooled.wrappedBuffer(lines, 0, length);
        trailers.load(wrapped, 0, length);
        if (!trailers.parseFields(0)) {
            throw new IllegalStateException("trailers that were checked: " + trailers.problem);
        }
        return trailers;
    }
}
