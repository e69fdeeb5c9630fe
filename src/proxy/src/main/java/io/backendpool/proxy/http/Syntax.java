package io.backendpool.proxy.http;

import java.nio.charset.StandardCharsets;

/** The character classes of RFC 9110, 5.6.2 and RFC 9112, 2 to 4, as tables. */
public final class Syntax {
    static final byte CR = '\r';
    static final byte LF = '\n';
    static final byte SP = ' ';
    static final byte HTAB = '\t';

    private static final boolean[] TOKEN = new boolean[256];

    static {
        for (byte b : "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                .getBytes(StandardCharsets.US_ASCII)) {
            TOKEN[b] = true;
        }
    }

    private Syntax() {}

    /** tchar */
    public static boolean isToken(byte b) {
        return TOKEN[b & 0xff];
    }

    /** field-vchar, SP or HTAB: no control character, so no bare CR, LF or NUL */
    public static boolean isFieldValue(byte b) {
        return (b & 0xff) >= 0x20 ? b != 0x7f : b == HTAB;
    }

    /** What may stand in a request target: visible ASCII without the fragment's '#'. */
    public static boolean isTarget(byte b) {
        return b > 0x20 && b < 0x7f && b != '#';
    }

    /** uri-host and port (RFC 3986, 3.2.2): no userinfo, no delimiter of another part. */
    public static boolean isAuthority(byte b) {
        return switch (b) {
            case '@', '/', '?', '#', '\\', '"', '<', '>', '^', '`', '{', '|', '}', ',' -> false;
            default -> b > 0x20 && b < 0x7f;
        };
    }

    /** What may stand in a request id. */
    static boolean isRequestId(byte b) {
        return switch (b) {
            case '-', '_', '.', '~', '+', '/', '=', ':', '@' -> true;
            default -> isDigit(b) || ((b | 0x20) >= 'a' && (b | 0x20) <= 'z');
        };
    }

    public static boolean isWhitespace(byte b) {
        return b == SP || b == HTAB;
    }

    static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    /** The value of a hex digit; -1: none. */
    static int hex(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        int lower = b | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    /** Whether {@code bytes[from, to)} is {@code lower}, which is in lower case, in any case. */
    static boolean equalsIgnoreCase(byte[] bytes, int from, int to, byte[] lower) {
        if (to - from != lower.length) {
            return false;
        }
        for (int i = 0; i < lower.length; i++) {
            byte b = bytes[from + i];
            if (b >= 'A' && b <= 'Z') {
                b |= 0x20;
            }
            if (b != lower[i]) {
                return false;
            }
        }
        return true;
    }
}
