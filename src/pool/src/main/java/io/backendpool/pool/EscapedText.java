package io.backendpool.pool;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes written as text: UTF-8, with {@code \r}, {@code \n}, {@code \t}, {@code \\} and {@code \xHH} for what is no text.
 * Pure; any thread.
 */
public final class EscapedText {
    private EscapedText() {}

    /**
     * The bytes that {@code text} stands for.
     *
     * @param field named in the message
     * @throws IllegalArgumentException an escape that is none of these
     */
    public static byte[] bytes(String field, String text) {
        // No character takes more than three bytes for each of its chars.
        byte[] out = new byte[3 * text.length()];
        int length = 0;
        int plain = 0;
        for (int i = text.indexOf('\\'); i >= 0; i = text.indexOf('\\', plain)) {
            length = copy(text.substring(plain, i), out, length);
            char kind = i + 1 < text.length() ? text.charAt(i + 1) : 0;
            out[length++] = (byte)
                    switch (kind) {
                        case 'r' -> '\r';
                        case 'n' -> '\n';
                        case 't' -> '\t';
                        case '\\' -> '\\';
                        case 'x' -> hex(field, text, i);
                        default -> throw unknown(field, text.substring(i, Math.min(text.length(), i + 2)));
                    };
            plain = i + (kind == 'x' ? 4 : 2);
        }
        return Arrays.copyOf(out, copy(text.substring(plain), out, length));
    }

    private static int copy(String plain, byte[] out, int length) {
        byte[] bytes = plain.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, out, length, bytes.length);
        return length + bytes.length;
    }

    private static int hex(String field, String text, int at) {
        if (at + 4 > text.length()) {
            throw unknown(field, text.substring(at));
        }
        int high = Character.digit(text.charAt(at + 2), 16);
        int low = Character.digit(text.charAt(at + 3), 16);
        if (high < 0 || low < 0) {
            throw unknown(field, text.substring(at, at + 4));
        }
        return high << 4 | low;
    }

    private static IllegalArgumentException unknown(String field, String escape) {
        return new IllegalArgumentException(field + ": " + escape + " (expected: \\r, \\n, \\t, \\\\ or \\xHH)");
    }
}
