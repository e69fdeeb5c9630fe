package io.backendpool.proxy.proxyprotocol;

import io.backendpool.pool.BackendGroup.ProxyProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/** Headers as they are sent to backends. */
public final class ProxyHeader {
    static final byte[] V1_START = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    static final byte[] V2_SIGNATURE = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};

    static final int V2_FIXED = 16;
    static final int V2_PROXY = 0x21;
    static final int V2_LOCAL = 0x20;
    static final int STREAM_IPV4 = 0x11;
    static final int STREAM_IPV6 = 0x21;
    static final int IPV4_ADDRESSES = 12;
    static final int IPV6_ADDRESSES = 36;

    private ProxyHeader() {}

    /** The header of {@code version} that tells of {@code client}; empty for NONE. The caller owns it. */
    public static ByteBuf of(ProxyProtocol version, ClientEnds client) {
        return switch (version) {
            case NONE -> Unpooled.EMPTY_BUFFER;
            case V1 -> v1(client);
            case V2 -> v2(client);
        };
    }

    /** The header of {@code version} on a connection without a client, such as a health check's. The caller owns it. */
    public static ByteBuf local(ProxyProtocol version) {
        return switch (version) {
            case NONE -> Unpooled.EMPTY_BUFFER;
            case V1 -> Unpooled.copiedBuffer("PROXY UNKNOWN\r\n", StandardCharsets.US_ASCII);
            case V2 ->
                Unpooled.buffer(V2_FIXED)
                        .writeBytes(V2_SIGNATURE)
                        .writeByte(V2_LOCAL)
                        .writeByte(0)
                        .writeShort(0);
        };
    }

    private static ByteBuf v1(ClientEnds client) {
        InetAddress source = client.source().getAddress();
        InetAddress destination = client.destination().getAddress();
        boolean ipv4 = bothIpv4(source, destination);
        String line = "PROXY %s %s %s %d %d\r\n"
                .formatted(
                        ipv4 ? "TCP4" : "TCP6",
                        ipv4 ? source.getHostAddress() : ipv6Text(source),
                        ipv4 ? destination.getHostAddress() : ipv6Text(destination),
                        client.source().getPort(),
                        client.destination().getPort());
        return Unpooled.copiedBuffer(line, StandardCharsets.US_ASCII);
    }

    private static ByteBuf v2(ClientEnds client) {
        InetAddress source = client.source().getAddress();
        InetAddress destination = client.destination().getAddress();
        boolean ipv4 = bothIpv4(source, destination);
        ByteBuf out = Unpooled.buffer(V2_FIXED + IPV6_ADDRESSES);
        out.writeBytes(V2_SIGNATURE).writeByte(V2_PROXY).writeByte(ipv4 ? STREAM_IPV4 : STREAM_IPV6);
        out.writeShort(ipv4 ? IPV4_ADDRESSES : IPV6_ADDRESSES);
        out.writeBytes(ipv4 ? source.getAddress() : ipv6Bytes(source));
        out.writeBytes(ipv4 ? destination.getAddress() : ipv6Bytes(destination));
        return out.writeShort(client.source().getPort())
                .writeShort(client.destination().getPort());
    }

    private static boolean bothIpv4(InetAddress source, InetAddress destination) {
        return source instanceof Inet4Address && destination instanceof Inet4Address;
    }

    /** One family stands for both ends, so beside an IPv6 address an IPv4 one is mapped (RFC 4291, 2.5.5.2). */
    private static String ipv6Text(InetAddress address) {
        if (address instanceof Inet4Address) {
            return "::ffff:" + address.getHostAddress();
        }
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    private static byte[] ipv6Bytes(InetAddress address) {
        if (address instanceof Inet6Address) {
            return address.getAddress();
        }
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xFF;
        mapped[11] = (byte) 0xFF;
        System.arraycopy(address.getAddress(), 0, mapped, 12, 4);
        return mapped;
    }
}
