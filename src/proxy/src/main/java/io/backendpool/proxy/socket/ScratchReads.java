package io.backendpool.proxy.socket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollSocketChannel;

/**
 * Has connections read into one buffer that they share: what is read is sent on at once as a rule, so the buffer is free
 * again before the next one reads. While it is not, they read into buffers of their own. Of one event loop.
 */
public final class ScratchReads {
    private static final UnpooledByteBufAllocator WITHOUT_LEAK_DETECTION = new UnpooledByteBufAllocator(true, true);

    private final ByteBuf scratch;
    private final RecvByteBufAllocator allocator;

    /** The buffer is as long as this object. */
    public ScratchReads(int length) {
        scratch = WITHOUT_LEAK_DETECTION.directBuffer(length, length);
        allocator = new Allocator();
    }

    /** Has {@code channel}, which has read nothing yet, read into the shared buffer, where what it reads can be sent at once. */
    public void serve(Channel channel) {
        if (channel instanceof EpollSocketChannel) {
            channel.config().setRecvByteBufAllocator(allocator);
        }
    }

    /** {@code read} or, where it is the shared buffer, a copy: for who does not send it at once. Takes {@code read} over. */
    @SuppressWarnings("ReferenceEquality") // one with the same content is another one
    public ByteBuf keep(ByteBuf read, ByteBufAllocator copies) {
        if (read != scratch) {
            return read;
        }
        ByteBuf copy = copies.directBuffer(read.readableBytes());
        copy.writeBytes(read);
        read.release();
        return copy;
    }

    private final class Allocator extends DefaultMaxMessagesRecvByteBufAllocator {
        /** Netty's default for sockets. */
        private static final int READS_A_CYCLE = 16;

        Allocator() {
            super(READS_A_CYCLE);
        }

        @SuppressWarnings("deprecation") // Netty has not said yet what comes instead
        @Override
        public Handle newHandle() {
            return new MaxMessageHandle() {
                @Override
                public int guess() {
                    return scratch.capacity();
                }

                @Override
                public ByteBuf allocate(ByteBufAllocator own) {
                    return scratch.refCnt() == 1 ? scratch.clear().retain() : own.directBuffer(guess());
                }
            };
        }
    }
}
