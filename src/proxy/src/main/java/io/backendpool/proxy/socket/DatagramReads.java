package io.backendpool.proxy.socket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDatagramChannelConfig;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Has UDP sockets read into one buffer that they share, by one call for each time that the kernel says there is something: a
 * datagram is sent on at once as a rule, so the buffer is free again before the next call. While it is not, they read into
 * buffers of their own. Of one event loop.
 */
public final class DatagramReads {
    /** The largest datagram of UDP (RFC 768: a 16-bit length): a smaller buffer would cut what is longer. */
    public static final int MAX_DATAGRAM = 65_535;
    /** The most datagrams that one call brings. */
    private static final int SLOTS_MAX = 16;
    /** With one alone, a call that was full would not tell that there is more. */
    private static final int SLOTS_MIN = 2;

    private static final UnpooledByteBufAllocator WITHOUT_LEAK_DETECTION = new UnpooledByteBufAllocator(true, true);

    /** Only the pages that datagrams have filled take memory. */
    private final ByteBuf scratch =
            WITHOUT_LEAK_DETECTION.directBuffer(SLOTS_MAX * MAX_DATAGRAM, SLOTS_MAX * MAX_DATAGRAM);

    /** Has {@code channel}, to which anybody may send and which has read nothing yet, read up to sixteen datagrams by a call. */
    public void serve(Channel channel) {
        if (channel instanceof EpollDatagramChannel epoll) {
            EpollDatagramChannelConfig config = epoll.config();
            config.setMaxDatagramPayloadSize(MAX_DATAGRAM);
            config.setRecvByteBufAllocator(Many::new);
        }
    }

    /**
     * Has {@code channel}, which is connected and has read nothing yet, read a datagram by a call.
     *
     * @param empty called for a datagram without content, which Netty's epoll channel takes for the end of what there is to
     *     read; other transports give it to the pipeline
     */
    public void serveConnected(Channel channel, Runnable empty) {
        if (channel instanceof EpollDatagramChannel epoll) {
            epoll.config().setRecvByteBufAllocator(() -> new One(empty));
        }
    }

    /** {@code read} or, where it is in the shared buffer, a copy: for who does not send it at once. Takes {@code read} over. */
    @SuppressWarnings("ReferenceEquality") // one with the same content is another one
    public ByteBuf keep(ByteBuf read, ByteBufAllocator copies) {
        if (read != scratch && read.unwrap() != scratch) {
            return read;
        }
        ByteBuf copy = copies.directBuffer(read.readableBytes());
        copy.writeBytes(read);
        read.release();
        return copy;
    }

    private ByteBuf buffer(int length, ByteBufAllocator own) {
        return scratch.refCnt() == 1 ? scratch.retainedSlice(0, length).clear() : own.directBuffer(length);
    }

    /** One call for each time that the channel is ready: what is left makes it ready again. */
    @SuppressWarnings("deprecation") // Netty has not said yet what comes instead
    private abstract static class OneCall implements RecvByteBufAllocator.ExtendedHandle {
        private int attempted;
        private int last;

        @Override
        public void reset(ChannelConfig config) {
            attempted = 0;
            last = 0;
        }

        @Override
        public void lastBytesRead(int bytes) {
            last = bytes;
        }

        @Override
        public int lastBytesRead() {
            return last;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            attempted = bytes;
        }

        @Override
        public int attemptedBytesRead() {
            return attempted;
        }

        @Override
        public void incMessagesRead(int messages) {}

        @Override
        public boolean continueReading() {
            return false;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return false;
        }

        @Override
        public void readComplete() {}
    }

    /** As many datagrams by a call as there lately were: the kernel's and Netty's work for a call grows with what it could bring. */
    private final class Many extends OneCall {
        private int slots = SLOTS_MIN;

        @Override
        public int guess() {
            return slots * MAX_DATAGRAM;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator own) {
            return buffer(guess(), own);
        }

        @Override
        public void incMessagesRead(int messages) {
            if (messages >= slots) {
                slots = Math.min(SLOTS_MAX, slots * 2);
            } else if (messages < slots / 4) {
                slots = Math.max(SLOTS_MIN, slots / 2);
            }
        }
    }

    private final class One extends OneCall {
        private final Runnable empty;

        One(Runnable empty) {
            this.empty = empty;
        }

        @Override
        public int guess() {
            return MAX_DATAGRAM;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator own) {
            return buffer(guess(), own);
        }

        @Override
        public void lastBytesRead(int bytes) {
            super.lastBytesRead(bytes);
            if (bytes < 0) {
                empty.run();
            }
        }
    }
}
