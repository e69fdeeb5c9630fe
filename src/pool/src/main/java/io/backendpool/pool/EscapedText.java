package io.backendpool.pool;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

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
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
        int plain = 0;
        for (int i = text.indexOf('\\'); i >= 0; i = text.indexOf('\\', plain)) {
            out.writeBytes(text.substring(plain, i).getBytes(StandardCharsets.UTF_8));
            char kind = i + 1 < text.length() ? text.charAt(i + 1) : 0;
            switch (kind) {
                case 'r' -> out.write('\r');
                case 'n' -> out.write('\n');
                case 't' -> out.write('\t');
                case '\\' -> out.write('\\');
                case 'x' -> out.write(hex(field, text, i));
                default -> throw unknown(field, text.substring(i, Math.min(text.length(), i + 2)));
            }
            plain = i + (kind == 'x' ? 4 : 2);
        }
        out.writeBytes(text.substring(plain).getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
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
