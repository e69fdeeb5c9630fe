package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;

/** Bytes of a head that is being written: an array that grows, used again for each head. Event loop only. */
final class HeadBytes {
    private byte[] bytes = new byte[4096];
    private int length;

    void clear() {
        length = 0;
    }

    int length() {
        return length;
    }

    void add(byte one) {
        makeRoom(1);
        bytes[length++] = one;
    }

    void add(byte[] all) {
        add(all, 0, all.length);
    }

    /** Adds {@code source[from, to)}. */
    void add(byte[] source, int from, int to) {
        int count = to - from;
        makeRoom(count);
        System.arraycopy(source, from, bytes, length, count);
        length += count;
    }

    /** A buffer of its own, which is the caller's. */
    ByteBuf toBuffer(ByteBufAllocator allocator) {
        return allocator.directBuffer(length).writeBytes(bytes, 0, length);
    }

    void copyTo(ByteBuf buffer, int index) {
        buffer.setBytes(index, bytes, 0, length);
    }

    private void makeRoom(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
        }
    }
}
