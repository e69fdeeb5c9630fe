package io.backendpool.proxy.socket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a connection is to send. The usual case is one buffer a flush and a kernel that takes it whole: it goes to the socket
 * by one call, past the queue of the channel. All else, several buffers, a kernel that takes no more, TLS, or another transport
 * than epoll, goes by the channel's queue, in order. Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write ends, the channel tells by its events
public final class Outgoing {
    private final ChannelHandlerContext context;
    private final @Nullable Socket socket;
    private final @Nullable ScratchReads reads;
    /** Not in the channel's queue yet; always behind all that is there. */
    private @Nullable ByteBuf next;

    private boolean closed;

    /**
     * The way out of {@code context}'s channel.
     *
     * @param plain no handler in front of {@code context} changes what it writes, as TLS does, or ever will
     */
    public Outgoing(ChannelHandlerContext context, boolean plain) {
        this(context, plain, null);
    }

    /**
     * The same.
     *
     * @param reads whose shared buffer may be among what is written; null: it is not
     */
    public Outgoing(ChannelHandlerContext context, boolean plain, @Nullable ScratchReads reads) {
        this.context = context;
        this.reads = reads;
        this.socket =
                plain && context.channel() instanceof EpollSocketChannel epoll && epoll.fd() instanceof Socket opened
                        ? opened
                        : null;
    }

    /** Takes over {@code data}, which goes out with the next flush. */
    public void write(ByteBuf data) {
        if (socket != null && !closed && next == null) {
            next = data;
            return;
        }
        queue();
        queue(data);
    }

    /** Sends what was written. */
    public void flush() {
        ByteBuf data = next;
        if (data != null && socket != null && sent(socket, data)) {
            next = null;
            data.release();
            return;
        }
        queue();
        context.flush();
    }

    /** Whether all that was written is with the kernel; in TLS: no, since what is on its way through it is not seen here. */
    public boolean isEmpty() {
        ChannelOutboundBuffer queue = context.channel().unsafe().outboundBuffer();
        return socket != null && next == null && queue != null && queue.totalPendingWriteBytes() == 0;
    }

    /** Gives what was written to the channel's queue. To be called before anything else is written to the context. */
    public void queue() {
        ByteBuf data = next;
        if (data != null) {
            next = null;
            queue(data);
        }
    }

    private void queue(ByteBuf data) {
        ByteBuf kept = reads == null ? data : reads.keep(data, context.alloc());
        context.write(kept, context.voidPromise());
    }

    /** The channel has closed: what was not sent is dropped, and so is what is still written. */
    public void close() {
        closed = true;
        if (next != null) {
            next.release();
            next = null;
        }
    }

    /** Whether all of {@code data} was sent; of what was, it is freed. */
    private boolean sent(Socket to, ByteBuf data) {
        Channel channel = context.channel();
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        // Also counts what is not flushed yet, and an entry without bytes.
        if (queue == null || queue.totalPendingWriteBytes() > 0 || !data.hasMemoryAddress()) {
            return false;
        }
        int begin = data.readerIndex();
        int end = data.writerIndex();
        if (begin == end) {
            return false;
        }
        try {
            int count = to.sendAddress(data.memoryAddress(), begin, end);
            if (count > 0) {
                data.readerIndex(begin + count);
            }
            return begin + count == end;
        } catch (IOException e) {
            // The channel meets the same failure with what is left, and tells it by its events.
            return false;
        }
    }
}
