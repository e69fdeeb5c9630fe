package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** Joins what several reads brought. One read is passed on as it is; only what spans reads is copied. */
final class Buffers {
    private Buffers() {}

    /** Both, in one buffer; takes over both. */
    static ByteBuf join(ByteBufAllocator allocator, @Nullable ByteBuf first, ByteBuf second) {
        if (first == null) {
            return second;
        }
        try {
            int more = second.readableBytes();
            if (first.refCnt() == 1 && !first.isReadOnly() && more <= first.writableBytes()) {
                return first.writeBytes(second);
            }
            ByteBuf joined = allocator.directBuffer(Math.max(1024, (first.readableBytes() + more) * 2));
            joined.writeBytes(first).writeBytes(second);
            first.release();
            return joined;
        } finally {
            second.release();
        }
    }

    static void release(@Nullable ByteBuf buffer) {
        if (buffer != null) {
            buffer.release();
        }
    }
}
