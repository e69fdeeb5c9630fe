package io.backendpool.proxy.proxyprotocol;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A slow and obvious reader of PROXY headers, by regular expressions and streams. */
final class ReferenceHeader {
    private static final String OCTET = "(?:0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
    private static final String IPV4 = OCTET + "(?:\\." + OCTET + "){3}";
    private static final Pattern TCP4 =
            Pattern.compile("PROXY TCP4 (" + IPV4 + ") (" + IPV4 + ") (0|[1-9][0-9]{0,4}) (0|[1-9][0-9]{0,4})\r\n");
    private static final Pattern TCP6 =
            Pattern.compile("PROXY TCP6 ([0-9a-fA-F:.]+) ([0-9a-fA-F:.]+) (0|[1-9][0-9]{0,4}) (0|[1-9][0-9]{0,4})\r\n");
    private static final Pattern UNKNOWN = Pattern.compile("PROXY UNKNOWN( [^\r\n\0]*)?\r\n");
    private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";

    private ReferenceHeader() {}

    /** What the parser must say: {@code incomplete}, {@code malformed}, or the length and the ends. */
    static String read(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if ("PROXY ".startsWith(text) || SIGNATURE.startsWith(text)) {
            return "incomplete";
        }
        if (text.startsWith("PROXY ")) {
            return v1(text);
        }
        if (!text.startsWith(SIGNATURE)) {
            return "malformed";
        }
        try {
            return v2(bytes);
        } catch (IOException | IllegalArgumentException e) {
            return "malformed";
        }
    }

    private static String v1(String text) {
        int end = text.indexOf('\n');
        if (end < 0 || end >= 107) {
            return text.length() >= 107 ? "malformed" : "incomplete";
        }
        String line = text.substring(0, end + 1);
        if (UNKNOWN.matcher(line).matches()) {
            return line.length() + " own";
        }
        for (Pattern pattern : new Pattern[] {TCP4, TCP6}) {
            Matcher matcher = pattern.matcher(line);
            if (!matcher.matches()) {
                continue;
            }
            int from = Integer.parseInt(matcher.group(3));
            int to = Integer.parseInt(matcher.group(4));
            boolean colons = matcher.group(1).contains(":") && matcher.group(2).contains(":");
            if (from > 65_535 || to > 65_535 || (pattern == TCP6 && !colons)) {
                return "malformed";
            }
            try {
                return line.length() + " "
                        + InetAddress.ofLiteral(matcher.group(1)).getHostAddress() + " " + from + " "
                        + InetAddress.ofLiteral(matcher.group(2)).getHostAddress() + " " + to;
            } catch (IllegalArgumentException notAnAddress) {
                return "malformed";
            }
        }
        return "malformed";
    }

    private static String v2(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 12, bytes.length - 12));
        if (in.available() < 1) {
            return "incomplete";
        }
        int command = in.readUnsignedByte();
        if (command != 0x20 && command != 0x21) {
            return "malformed";
        }
        if (in.available() < 3) {
            return "incomplete";
        }
        int family = in.readUnsignedByte();
        int length = in.readUnsignedShort();
        if (length > 520) {
            return "malformed";
        }
        if (in.available() < length) {
            return "incomplete";
        }
        if (command == 0x20 || family == 0x00 || family == 0x31) {
            return 16 + length + " own";
        }
        if (family != 0x11 && family != 0x21) {
            return "malformed";
        }
        int size = family == 0x11 ? 4 : 16;
        if (length < 2 * size + 4) {
            return "malformed";
        }
        String from = InetAddress.getByAddress(in.readNBytes(size)).getHostAddress();
        String to = InetAddress.getByAddress(in.readNBytes(size)).getHostAddress();
        return 16 + length + " " + from + " " + in.readUnsignedShort() + " " + to + " " + in.readUnsignedShort();
    }
}
