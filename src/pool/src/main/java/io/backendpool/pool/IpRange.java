package io.backendpool.pool;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * A range of addresses in CIDR notation (RFC 4632 for IPv4, RFC 4291, 2.3 for IPv6): {@code 10.0.0.0/8},
 * {@code 2001:db8::/32}. Immutable; any thread.
 */
public final class IpRange {
    private final String text;
    private final byte[] network;
    private final int prefix;

    private IpRange(String text, byte[] network, int prefix) {
        this.text = text;
        this.network = network;
        this.prefix = prefix;
    }

    /**
     * Parses {@code text}; an address without a length is a range of one.
     *
     * @throws IllegalArgumentException it is no range; the message says what was expected
     */
    public static IpRange parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        byte[] address;
        try {
            InetAddress parsed = InetAddress.ofLiteral(host);
            // The JDK takes 10.1 for 10.0.0.1, too.
            if (host.indexOf(':') < 0 && !parsed.getHostAddress().equals(host)) {
                throw notRange(text);
            }
            address = parsed.getAddress();
        } catch (IllegalArgumentException noAddress) {
            throw notRange(text);
        }
        int bits = 8 * address.length;
        int prefix = slash < 0 ? bits : length(text, text.substring(slash + 1), bits);
        for (int bit = prefix; bit < bits; bit++) {
            if ((address[bit / 8] & (0x80 >> bit % 8)) != 0) {
                throw new IllegalArgumentException(
                        text + " (expected: no bit set behind the first " + prefix + ", which are the network's)");
            }
        }
        return new IpRange(text, address, prefix);
    }

    private static int length(String text, String digits, int bits) {
        if (digits.isEmpty() || digits.length() > 3 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw notRange(text);
        }
        int length = Integer.parseInt(digits);
        if (length > bits) {
            throw notRange(text);
        }
        return length;
    }

    private static IllegalArgumentException notRange(String text) {
        return new IllegalArgumentException(text + " (expected: a range such as 10.0.0.0/8 or 2001:db8::/32)");
    }

    /** Whether {@code address} is in it. An IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2) counts as the IPv4 address. */
    public boolean contains(InetAddress address) {
        // The JDK makes an Inet4Address of an IPv4-mapped address by itself.
        byte[] bytes = address.getAddress();
        if (bytes.length != network.length) {
            return false;
        }
        int whole = prefix / 8;
        for (int i = 0; i < whole; i++) {
            if (bytes[i] != network[i]) {
                return false;
            }
        }
        int rest = prefix % 8;
        return rest == 0 || ((bytes[whole] ^ network[whole]) & 0xFF) >> (8 - rest) == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IpRange range && prefix == range.prefix && Arrays.equals(network, range.network);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(network) + prefix;
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
