package io.backendpool.proxy.proxyprotocol;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The two ends of a client's connection, as the first proxy saw them.
 *
 * @param source the client
 * @param destination what it connected to
 */
public record ClientEnds(InetSocketAddress source, InetSocketAddress destination) {
    private static final AttributeKey<ClientEnds> TOLD = AttributeKey.valueOf(ClientEnds.class, "told");

    /** What was {@link #tell told} of {@code channel}, else its own ends; null: it is not of IP, or already closed. */
    public static @Nullable ClientEnds of(Channel channel) {
        if (channel.hasAttr(TOLD)) {
            return channel.attr(TOLD).get();
        }
        return channel.remoteAddress() instanceof InetSocketAddress remote
                        && channel.localAddress() instanceof InetSocketAddress local
                ? new ClientEnds(remote, local)
                : null;
    }

    /** Makes these the ends of {@code channel} for all that handle it later. */
    public void tell(Channel channel) {
        channel.attr(TOLD).set(this);
    }

    /** The client's address without the zone of a link-local one, which is of this host only. */
    public String sourceHost() {
        return hostOf(source);
    }

    /** As RFC 5952 has it, without the zone of a link-local address, which is of this host only. */
    static String hostOf(InetSocketAddress end) {
        return NetUtil.toAddressString(end.getAddress());
    }
}
