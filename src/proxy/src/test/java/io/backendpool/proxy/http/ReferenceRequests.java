package io.backendpool.proxy.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The requests on a connection as RFC 9112 frames them in its strictest reading, by regular expressions: slow and obvious.
 * Where a reading is not the only one, there is none.
 *
 * @param requests that are whole
 * @param rest what follows them
 */
record ReferenceRequests(List<Request> requests, Rest rest) {
    /** @param body without its framing */
    record Request(String method, String target, String body) {}

    enum Rest {
        NOTHING,
        /** The begin of a request, of which more may come. */
        CUT,
        MALFORMED
    }

    private static final Pattern REQUEST_LINE =
            Pattern.compile("(" + ReferenceParser.TOKEN + ") ([\\x21-\\x7e&&[^#]]+) HTTP/1\\.([01])\r\n");
    private static final Pattern END = Pattern.compile("\r\n");
    private static final Pattern EMPTY_LINES = Pattern.compile("(\r\n)*");

    ReferenceRequests {
        requests = List.copyOf(requests);
    }

    static ReferenceRequests of(String text) {
        return new Reader(text).all();
    }

    /** What ends the reading: the rest has no more requests. */
    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final Rest rest;

        Stop(Rest rest) {
            super(rest.name(), null, false, false);
            this.rest = rest;
        }
    }

    private static final class Reader {
        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        ReferenceRequests all() {
            List<Request> requests = new ArrayList<>();
            while (true) {
                // RFC 9112, 2.2: before a request they are ignored.
                take(EMPTY_LINES);
                if (at == text.length()) {
                    return new ReferenceRequests(requests, Rest.NOTHING);
                }
                try {
                    requests.add(request());
                } catch (Stop stop) {
                    return new ReferenceRequests(requests, stop.rest);
                }
            }
        }

        private Request request() {
            Matcher line = take(REQUEST_LINE);
            List<String> lengths = new ArrayList<>();
            List<String> codings = new ArrayList<>();
            while (!isEmptyLine()) {
                Matcher field = take(ReferenceParser.FIELD);
                String value = field.group(2).replaceAll("^[ \\t]+|[ \\t]+$", "");
                switch (field.group(1).toLowerCase(Locale.ROOT)) {
                    case "content-length" -> lengths.add(value);
                    case "transfer-encoding" -> codings.add(value.toLowerCase(Locale.ROOT));
                    default -> {}
                }
            }
            take(END);
            return new Request(
                    line.group(1),
                    line.group(2),
                    body(lengths, codings, line.group(3).equals("1")));
        }

        private String body(List<String> lengths, List<String> codings, boolean version11) {
            if (!codings.isEmpty()) {
                check(codings.equals(List.of("chunked")) && lengths.isEmpty() && version11);
                return chunks();
            }
            if (lengths.isEmpty()) {
                return "";
            }
            check(lengths.stream().allMatch(each -> each.matches("[0-9]{1,18}")));
            check(lengths.stream().map(Long::parseLong).distinct().count() == 1);
            return bytes(Long.parseLong(lengths.getFirst()));
        }

        private String chunks() {
            StringBuilder body = new StringBuilder();
            long size;
            while ((size = Long.parseLong(take(ReferenceParser.CHUNK_LINE).group(1), 16)) > 0) {
                body.append(bytes(size));
                take(END);
            }
            while (!isEmptyLine()) {
                String trailer = take(ReferenceParser.FIELD).group(1);
                check(!ReferenceParser.FORBIDDEN.contains(trailer.toLowerCase(Locale.ROOT)));
            }
            take(END);
            return body.toString();
        }

        private boolean isEmptyLine() {
            if (text.substring(at).equals("\r")) {
                throw new Stop(Rest.CUT);
            }
            return text.startsWith("\r\n", at);
        }

        private String bytes(long count) {
            if (count > text.length() - at) {
                throw new Stop(Rest.CUT);
            }
            at += (int) count;
            return text.substring(at - (int) count, at);
        }

        private Matcher take(Pattern pattern) {
            Matcher matcher = pattern.matcher(text).region(at, text.length());
            if (!matcher.lookingAt()) {
                throw new Stop(matcher.hitEnd() ? Rest.CUT : Rest.MALFORMED);
            }
            at = matcher.end();
            return matcher;
        }

        private static void check(boolean wellFormed) {
            if (!wellFormed) {
                throw new Stop(Rest.MALFORMED);
            }
        }
    }
}
