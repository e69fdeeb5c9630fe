package io.backendpool.proxy.stream;

import io.netty.channel.ChannelConfig;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.net.StandardSocketOptions;

/** Lets the sockets of several event loops have one port. Any thread. */
public final class PortSharing {
    private PortSharing() {}

    /** The socket of {@code config}, which is not bound yet, shares its port with others of this user that do the same. */
    public static void allow(ChannelConfig config) {
        if (!config.setOption(UnixChannelOption.SO_REUSEPORT, true)) {
            config.setOption(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
        }
    }
}
