package io.backendpool.proxy.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** A slow and obvious reader of HTTP/1.1 messages, as text of one char per byte. */
public final class Wire {
    private Wire() {}

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Up to and with the empty line, or what came until the end of the stream. */
    public static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int next;
        while ((next = in.read()) >= 0) {
            head.write(next);
            if (next == '\n' && head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                return head.toString(StandardCharsets.ISO_8859_1);
            }
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** The raw body, with its framing. */
    public static String readBody(InputStream in, String head, boolean untilClose) throws IOException {
        if (field(head, "Transfer-Encoding").isPresent()) {
            return readChunks(in);
        }
        Optional<String> length = field(head, "Content-Length");
        if (length.isPresent()) {
            return new String(in.readNBytes(Integer.parseInt(length.get())), StandardCharsets.ISO_8859_1);
        }
        return untilClose ? new String(in.readAllBytes(), StandardCharsets.ISO_8859_1) : "";
    }

    private static String readChunks(InputStream in) throws IOException {
        StringBuilder raw = new StringBuilder();
        while (true) {
            String line = readLine(in);
            raw.append(line);
            int size = Integer.parseInt(line.replaceAll("[;\\r].*", "").trim(), 16);
            if (size == 0) {
                String trailer;
                do {
                    trailer = readLine(in);
                    raw.append(trailer);
                } while (!trailer.equals("\r\n"));
                return raw.toString();
            }
            raw.append(new String(in.readNBytes(size + 2), StandardCharsets.ISO_8859_1));
        }
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int next;
        while ((next = in.read()) >= 0) {
            line.append((char) next);
            if (next == '\n') {
                return line.toString();
            }
        }
        throw new IOException("the stream ended in the line: " + line);
    }

    /** The value of the first field of that name. */
    public static Optional<String> field(String head, String name) {
        for (String line : head.lines().toList()) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
                return Optional.of(line.substring(colon + 1).trim());
            }
        }
        return Optional.empty();
    }

    public static int status(String head) {
        return Integer.parseInt(head.substring(9, 12));
    }
}
