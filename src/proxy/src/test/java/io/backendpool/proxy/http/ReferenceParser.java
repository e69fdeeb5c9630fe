package io.backendpool.proxy.http;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a head and a chunked body must look like, by regular expressions: slow and obvious. */
final class ReferenceParser {
    static final String TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
    private static final String VALUE = "[\\t\\x20-\\x7e\\x80-\\xff]*";
    static final Pattern FIELD = Pattern.compile("(" + TOKEN + "):(" + VALUE + ")\r\n");
    static final Pattern CHUNK_LINE = Pattern.compile("([0-9A-Fa-f]{1,15})(;" + VALUE + ")?\r\n");
    static final Set<String> FORBIDDEN =
            Set.of("content-length", "transfer-encoding", "host", "connection", "authorization");

    private ReferenceParser() {}

    /** Whether {@code section} is field lines, each well formed. */
    static boolean fieldsAreWellFormed(String section) {
        return Pattern.matches("(" + FIELD.pattern() + ")*", section);
    }

    /** The length of the chunked body that {@code text} starts with; -1: malformed or cut. */
    static int chunkedLength(String text) {
        int at = 0;
        while (true) {
            Matcher line = CHUNK_LINE.matcher(text).region(at, text.length());
            if (!line.lookingAt()) {
                return -1;
            }
            at = line.end();
            long size = Long.parseLong(line.group(1), 16);
            if (size == 0) {
                break;
            }
            if (size > text.length() - at || !text.startsWith("\r\n", at + (int) size)) {
                return -1;
            }
            at += (int) size + 2;
        }
        while (!text.startsWith("\r\n", at)) {
            Matcher trailer = FIELD.matcher(text).region(at, text.length());
            if (!trailer.lookingAt() || FORBIDDEN.contains(trailer.group(1).toLowerCase(Locale.ROOT))) {
                return -1;
            }
            at = trailer.end();
        }
        return at + 2;
    }
}
