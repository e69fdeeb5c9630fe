package io.backendpool.proxy.upstream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.channel.uring.IoUringTcpInfo;

/**
 * What the kernel knows of a connection and the event loop has not been told yet. To ask is a system call (TCP_INFO of
 * tcp(7)); Java's own sockets cannot. One for each event loop, used on it only.
 */
final class KernelView {
    /** TCP_ESTABLISHED of the kernel's tcp_states.h: neither side has ended its way. */
    private static final int ESTABLISHED = 1;

    private final EpollTcpInfo epoll = new EpollTcpInfo();
    private final IoUringTcpInfo uring = new IoUringTcpInfo();

    /** The other side has closed or reset {@code channel}; false: it has not, or that cannot be asked. */
    boolean hasEnded(Channel channel) {
        try {
            return switch (channel) {
                case EpollSocketChannel socket -> socket.tcpInfo(epoll).state() != ESTABLISHED;
                case IoUringSocketChannel socket -> socket.tcpInfo(uring).state() != ESTABLISHED;
                default -> false;
            };
        } catch (ChannelException e) {
            // There is no such socket any more.
            return true;
        }
    }
}
