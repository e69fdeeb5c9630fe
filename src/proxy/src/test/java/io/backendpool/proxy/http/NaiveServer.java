package io.backendpool.proxy.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads requests as carelessly as servers have been known to: each way is a way to be fooled. */
enum NaiveServer implements Backend.Script {
    /** Goes by the first Content-Length, and knows no Transfer-Encoding. */
    FIRST_LENGTH {
        @Override
        void readBody(InputStream in, List<String> lines) throws IOException {
            List<Long> lengths = lengths(lines);
            skip(in, lengths.isEmpty() ? 0 : lengths.getFirst());
        }
    },
    /** Goes by the last Content-Length, and knows no Transfer-Encoding. */
    LAST_LENGTH {
        @Override
        void readBody(InputStream in, List<String> lines) throws IOException {
            List<Long> lengths = lengths(lines);
            skip(in, lengths.isEmpty() ? 0 : lengths.getLast());
        }
    },
    /** Takes anything that looks like "chunked" for chunked, before any Content-Length. */
    ANY_CHUNKED {
        @Override
        void readBody(InputStream in, List<String> lines) throws IOException {
            for (String line : lines) {
                String name = nameOf(line);
                if (name.equals("transfer-encoding")
                        && valueIn(line).toLowerCase(Locale.ROOT).contains("chunked")) {
                    skipChunks(in);
                    return;
                }
            }
            FIRST_LENGTH.readBody(in, lines);
        }
    };

    abstract void readBody(InputStream in, List<String> lines) throws IOException;

    /** Answers each thing that it takes for a request. */
    @Override
    public void serve(Backend.Connection connection) throws IOException {
        InputStream in = connection.socket.getInputStream();
        while (true) {
            List<String> lines = readLines(in);
            if (lines.isEmpty()) {
                return;
            }
            connection.backend().requests.add(lines.getFirst());
            readBody(in, lines);
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    }

    /** Lines end with LF, whatever is before it; an empty one ends the head. */
    private static List<String> readLines(InputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next;
        while ((next = in.read()) >= 0) {
            if (next != '\n') {
                line.write(next);
                continue;
            }
            String text = line.toString(StandardCharsets.ISO_8859_1).replaceAll("\r+$", "");
            line.reset();
            if (!text.isEmpty()) {
                // A CR alone ends a line, too.
                lines.addAll(List.of(text.split("\r", -1)));
            } else if (!lines.isEmpty()) {
                return lines;
            }
        }
        return lines;
    }

    private static String nameOf(String line) {
        int colon = line.indexOf(':');
        return colon < 0
                ? ""
                : line.substring(0, colon).replaceAll("[^A-Za-z-]", "").toLowerCase(Locale.ROOT);
    }

    private static String valueIn(String line) {
        return line.substring(line.indexOf(':') + 1);
    }

    private static List<Long> lengths(List<String> lines) {
        List<Long> lengths = new ArrayList<>();
        for (String line : lines) {
            if (nameOf(line).equals("content-length")) {
                for (String digits : valueIn(line).split("[^0-9]+", -1)) {
                    if (!digits.isEmpty() && digits.length() < 10) {
                        lengths.add(Long.parseLong(digits));
                    }
                }
            }
        }
        return lengths;
    }

    private static void skip(InputStream in, long count) throws IOException {
        in.skipNBytes(count);
    }

    private static void skipChunks(InputStream in) throws IOException {
        while (true) {
            StringBuilder line = new StringBuilder();
            int next;
            while ((next = in.read()) >= 0 && next != '\n') {
                line.append((char) next);
            }
            String digits = line.toString().replaceAll("^[^0-9a-fA-F]*", "").replaceAll("[^0-9a-fA-F].*", "");
            // As one that computes with 32 bits.
            int size = digits.isEmpty()
                    ? 0
                    : (int) Long.parseUnsignedLong(digits.substring(Math.max(0, digits.length() - 16)), 16);
            if (next < 0) {
                return;
            }
            if (size <= 0) {
                readLines(in);
                return;
            }
            skip(in, size);
            in.read();
            in.read();
        }
    }
}
