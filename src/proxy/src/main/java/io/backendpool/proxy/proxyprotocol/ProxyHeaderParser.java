package io.backendpool.proxy.proxyprotocol;

import io.netty.buffer.ByteBuf;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header that a connection begins with. Strict: what is not exactly as the specification says is malformed, and
 * the first byte that does not fit is enough to say so. Pure.
 */
public final class ProxyHeaderParser {
    /** With CR and LF; section 2.1. */
    static final int V1_MAX = 107;
    /** With the fixed part; section 2.2: what every receiver must be able to take. */
    static final int V2_MAX = 536;

    private static final int LOCAL = 0;
    private static final int PROXY = 1;
    /** Version and command, then family and transport. */
    private static final int COMMAND = 12;

    private static final int FAMILY = 13;
    private static final int LENGTH = 14;

    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]{2,45}");

    /** What the bytes so far are. */
    public sealed interface Result permits Incomplete, Malformed, Header {}

    /** The beginning of a header. */
    public record Incomplete() implements Result {}

    /**
     * No header, whatever follows.
     *
     * @param problem what was found and expected, without what the other side chose to send
     */
    public record Malformed(String problem) implements Result {}

    /**
     * A whole header.
     *
     * @param length bytes of it
     * @param ends what it tells; null: the connection's own ends count (LOCAL, UNKNOWN, a family other than IP)
     */
    public record Header(int length, @Nullable ClientEnds ends) implements Result {}

    private static final Incomplete INCOMPLETE = new Incomplete();

    private ProxyHeaderParser() {}

    /** Looks at the readable bytes of {@code in}, and takes none of them. */
    public static Result parse(ByteBuf in) {
        int readable = in.readableBytes();
        if (readable == 0) {
            return INCOMPLETE;
        }
        int start = in.readerIndex();
        boolean v1 = in.getByte(start) == ProxyHeader.V1_START[0];
        byte[] expected = v1 ? ProxyHeader.V1_START : ProxyHeader.V2_SIGNATURE;
        for (int i = 0; i < Math.min(readable, expected.length); i++) {
            if (in.getByte(start + i) != expected[i]) {
                return new Malformed("the connection does not begin with a PROXY protocol header");
            }
        }
        if (readable < expected.length) {
            return INCOMPLETE;
        }
        return v1 ? v1(in, start, readable) : v2(in, start, readable);
    }

    private static Result v1(ByteBuf in, int start, int readable) {
        int limit = Math.min(readable, V1_MAX);
        int lf = in.indexOf(start, start + limit, (byte) '\n');
        if (lf < 0) {
            return limit == V1_MAX ? new Malformed("version 1: no line end in %d bytes".formatted(V1_MAX)) : INCOMPLETE;
        }
        if (in.getByte(lf - 1) != '\r') {
            return new Malformed("version 1: the line ends with LF alone");
        }
        int from = start + ProxyHeader.V1_START.length;
        // "PROXY" with the line's end right behind its space
        String line = in.toString(from, Math.max(0, lf - 1 - from), StandardCharsets.ISO_8859_1);
        int length = lf + 1 - start;
        if (line.indexOf('\r') >= 0 || line.indexOf('\0') >= 0) {
            return new Malformed("version 1: a control character in the line");
        }
        // Section 2.1: what follows UNKNOWN is ignored.
        if (line.equals("UNKNOWN") || line.startsWith("UNKNOWN ")) {
            return new Header(length, null);
        }
        String[] words = line.split(" ", -1);
        boolean ipv4 = words[0].equals("TCP4");
        if (words.length != 5 || !(ipv4 || words[0].equals("TCP6"))) {
            return new Malformed("version 1: (expected: TCP4 or TCP6, two addresses, two ports, one space between)");
        }
        InetAddress source = ipv4 ? ipv4(words[1]) : ipv6(words[1]);
        InetAddress destination = ipv4 ? ipv4(words[2]) : ipv6(words[2]);
        int sourcePort = port(words[3]);
        int destinationPort = port(words[4]);
        if (source == null || destination == null || sourcePort < 0 || destinationPort < 0) {
            return new Malformed("version 1: an address or a port is not one");
        }
        return new Header(
                length,
                new ClientEnds(
                        new InetSocketAddress(source, sourcePort),
                        new InetSocketAddress(destination, destinationPort)));
    }

    private static @Nullable InetAddress ipv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        byte[] address = new byte[4];
        for (int i = 0; i < 4; i++) {
            int value = number(parts[i], 255);
            if (value < 0) {
                return null;
            }
            address[i] = (byte) value;
        }
        return ofBytes(address);
    }

    /** An IPv4-mapped address is the IPv4 address. */
    private static @Nullable InetAddress ipv6(String text) {
        if (text.indexOf(':') < 0 || !IPV6.matcher(text).matches()) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException notAnAddress) {
            return null;
        }
    }

    private static int port(String text) {
        return number(text, 65_535);
    }

    /** A decimal number without leading zeros, 0 to {@code max}; -1: it is not one. */
    private static int number(String text, int max) {
        if (text.isEmpty() || text.length() > 5 || (text.length() > 1 && text.charAt(0) == '0')) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            value = value * 10 + digit - '0';
        }
        return value <= max ? value : -1;
    }

    private static Result v2(ByteBuf in, int start, int readable) {
        if (readable <= COMMAND) {
            return INCOMPLETE;
        }
        int command = in.getUnsignedByte(start + COMMAND);
        if (command >> 4 != 2 || (command & 0xF) > PROXY) {
            return new Malformed("version 2: version and command 0x%02x (expected: 0x20 or 0x21)".formatted(command));
        }
        if (readable < ProxyHeader.V2_FIXED) {
            return INCOMPLETE;
        }
        int family = in.getUnsignedByte(start + FAMILY);
        int addresses = in.getUnsignedShort(start + LENGTH);
        int length = ProxyHeader.V2_FIXED + addresses;
        if (length > V2_MAX) {
            return new Malformed("version 2: %d bytes (expected: at most %d)".formatted(length, V2_MAX));
        }
        if (readable < length) {
            return INCOMPLETE;
        }
        // Section 2.2: whatever is behind LOCAL is skipped; what is behind the addresses are extensions.
        if ((command & 0xF) == LOCAL) {
            return new Header(length, null);
        }
        return switch (family) {
            case ProxyHeader.STREAM_IPV4 -> addresses(in, start, length, 4);
            case ProxyHeader.STREAM_IPV6 -> addresses(in, start, length, 16);
            // AF_UNSPEC, and AF_UNIX as a stream: nothing that could be told on
            case 0x00, 0x31 -> new Header(length, null);
            default -> new Malformed("version 2: family and transport 0x%02x (expected: a stream)".formatted(family));
        };
    }

    private static Result addresses(ByteBuf in, int start, int length, int size) {
        if (length < ProxyHeader.V2_FIXED + 2 * size + 4) {
            return new Malformed("version 2: %d bytes are too short for its addresses".formatted(length));
        }
        int at = start + ProxyHeader.V2_FIXED;
        byte[] source = new byte[size];
        byte[] destination = new byte[size];
        in.getBytes(at, source).getBytes(at + size, destination);
        return new Header(
                length,
                new ClientEnds(
                        new InetSocketAddress(ofBytes(source), in.getUnsignedShort(at + 2 * size)),
                        new InetSocketAddress(ofBytes(destination), in.getUnsignedShort(at + 2 * size + 2))));
    }

    /** An {@link Inet4Address} or {@link Inet6Address} of 4 or 16 bytes. */
    private static InetAddress ofBytes(byte[] address) {
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("address: %d bytes (expected: 4 or 16)".formatted(address.length), e);
        }
    }
}
