package io.backendpool.proxy.socket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a UDP socket is to send. Each datagram goes to the kernel at once, by one call, past the queue of the channel. Where the
 * kernel takes no more, or the transport is another than epoll, they go by the channel's queue, in order, until that is full.
 * Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write ends, the channel tells by its events
public final class OutgoingDatagrams {
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(1);

    private final Channel channel;
    private final DatagramReads reads;
    /** Null: Java's own sockets. */
    private final @Nullable Socket socket;

    private final boolean pastTheQueue;

    /**
     * The way out of {@code channel}, which is open.
     *
     * @param reads whose shared buffer may be among what is sent
     */
    public OutgoingDatagrams(Channel channel, DatagramReads reads) {
        this.channel = channel;
        this.reads = reads;
        this.socket = channel instanceof UnixChannel unix && unix.fd() instanceof Socket opened ? opened : null;
        this.pastTheQueue = channel instanceof EpollDatagramChannel;
    }

    /**
     * Sends {@code data}, and takes it over. False: it was dropped, since too much waits already.
     *
     * @param to null: to whom the channel is connected
     * @throws IOException it was dropped, as the kernel says by this why it, or one before it, does not reach whom it is for
     */
    public boolean send(ByteBuf data, @Nullable InetSocketAddress to) throws IOException {
        if (!data.isReadable()) {
            data.release();
            return sendEmpty(to);
        }
        if (pastTheQueue && socket != null && data.hasMemoryAddress() && isQueueEmpty()) {
            int sent;
            try {
                sent = sendNow(socket, data, to);
            } catch (IOException e) {
                data.release();
                throw e;
            }
            if (sent > 0) {
                data.release();
                return true;
            }
        }
        if (!channel.isWritable()) {
            data.release();
            return false;
        }
        ByteBuf kept = reads.keep(data, channel.alloc());
        channel.writeAndFlush(to == null ? kept : new DatagramPacket(kept, to), channel.voidPromise());
        return true;
    }

    private boolean isQueueEmpty() {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        return queue != null && queue.totalPendingWriteBytes() == 0;
    }

    /** How many bytes the kernel has taken: all, or none. */
    private static int sendNow(Socket socket, ByteBuf data, @Nullable InetSocketAddress to) throws IOException {
        int begin = data.readerIndex();
        int end = data.writerIndex();
        return to == null
                ? socket.sendAddress(data.memoryAddress(), begin, end)
                : socket.sendToAddress(data.memoryAddress(), begin, end, to.getAddress(), to.getPort());
    }

    /**
     * RFC 768 allows datagrams without content. Netty's channels do not send them, and several written together make them send
     * others twice; Java's own sockets offer no way around the channel.
     */
    private boolean sendEmpty(@Nullable InetSocketAddress to) throws IOException {
        if (socket == null || !socket.isOpen()) {
            return false;
        }
        if (to == null) {
            socket.send(NOTHING, 0, 0);
        } else {
            socket.sendTo(NOTHING, 0, 0, to.getAddress(), to.getPort());
        }
        return true;
    }
}
