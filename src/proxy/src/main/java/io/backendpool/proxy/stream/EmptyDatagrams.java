package io.backendpool.proxy.stream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannelConfig;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams without content (RFC 768 allows them), which Netty's channels neither send nor, over epoll's connected ones,
 * receive. They must not be written to a channel: several written together make it send others twice. Event loop only.
 */
final class EmptyDatagrams {
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(1);

    private EmptyDatagrams() {}

    /**
     * Sends one through {@code channel}, after what was written to it before. False: it was dropped, since there is no way
     * to send it with Java's own sockets.
     *
     * @param to null: to whom the channel is connected
     * @throws IOException as the send of any other datagram may fail
     */
    static boolean send(Channel channel, @Nullable InetSocketAddress to) throws IOException {
        if (!(channel instanceof UnixChannel unix) || !(unix.fd() instanceof Socket socket) || !socket.isOpen()) {
            return false;
        }
        channel.flush();
        if (to == null) {
            socket.send(NOTHING, 0, 0);
        } else {
            socket.sendTo(NOTHING, 0, 0, to.getAddress(), to.getPort());
        }
        return true;
    }

    /**
     * Makes a connected channel receive them. Netty's epoll channel takes one for the end of what there is to read, unless
     * it reads several datagrams at once.
     *
     * @param maxDatagram in bytes
     */
    static void receive(ChannelConfig config, int maxDatagram) {
        if (config instanceof EpollDatagramChannelConfig epoll) {
            epoll.setMaxDatagramPayloadSize(maxDatagram);
            epoll.setRecvByteBufAllocator(new FixedRecvByteBufAllocator(2 * maxDatagram));
        }
    }
}
