package io.backendpool.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes bodies that come in DATA frames as chunks (RFC 9112, 7.1). */
final class BodyBytes {
    /** Up to this size copying costs less than a buffer of three parts. */
    private static final int COPIED = 4096;

    private static final int AROUND = 32;
    private static final ByteBuf CHUNK_END = Unpooled.unreleasableBuffer(
                    Unpooled.directBuffer(2).writeBytes(new byte[] {'\r', '\n'}))
            .asReadOnly();

    private BodyBytes() {}

    /**
     * {@code data} as one chunk; not empty. The result is the caller's, {@code data} stays its owner's.
     *
     * @param last the body ends with it, without trailers
     */
    static ByteBuf chunk(ByteBufAllocator allocator, ByteBuf data, boolean last) {
        int length = data.readableBytes();
        ByteBuf head = allocator.directBuffer(length <= COPIED ? length + AROUND : AROUND);
        ByteBufUtil.writeAscii(head, Integer.toHexString(length));
        head.writeByte('\r').writeByte('\n');
        if (length <= COPIED) {
            head.writeBytes(data, data.readerIndex(), length).writeByte('\r').writeByte('\n');
            if (last) {
                writeLast(head);
            }
            return head;
        }
        CompositeByteBuf whole = allocator.compositeDirectBuffer(4);
        whole.addComponent(true, head);
        whole.addComponent(true, data.retainedSlice());
        whole.addComponent(true, last ? end(allocator) : CHUNK_END.duplicate());
        return whole;
    }

    private static ByteBuf end(ByteBufAllocator allocator) {
        ByteBuf end = allocator.directBuffer(8).writeByte('\r').writeByte('\n');
        writeLast(end);
        return end;
    }

    private static void writeLast(ByteBuf out) {
        ByteBufUtil.writeAscii(out, "0\r\n\r\n");
    }

    /** The last chunk, with {@code trailers}; null: they are malformed. */
    static @Nullable ByteBuf lastChunk(ByteBufAllocator allocator, @Nullable Http2Headers trailers) {
        ByteBuf out = allocator.directBuffer(128);
        ByteBufUtil.writeAscii(out, "0\r\n");
        if (trailers != null) {
            for (Map.Entry<CharSequence, CharSequence> trailer : trailers) {
                AsciiString name = AsciiString.of(trailer.getKey());
                AsciiString value = AsciiString.of(trailer.getValue());
                // A pseudo-header field's colon is no character of a name.
                if (FieldRules.problem(name, value) != null) {
                    out.release();
                    return null;
                }
                FieldRules.writeLine(name, value, out);
            }
        }
        return out.writeByte('\r').writeByte('\n');
    }
}
