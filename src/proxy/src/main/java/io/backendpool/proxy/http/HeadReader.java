package io.backendpool.proxy.http;

import java.nio.charset.StandardCharsets;

/**
 * Finds values in a parsed head without making objects of them: what was found last lies at {@link #from} to {@link #to} of
 * the head's bytes. Event loop only.
 */
final class HeadReader {
    private static final byte[] COOKIE = "cookie".getBytes(StandardCharsets.US_ASCII);

    private int from;
    private int to;

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** What was found last, as text. */
    String text(Head head) {
        return new String(head.bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /**
     * The value of the first field called {@code name}.
     *
     * @param name lower case
     * @return the field's number; -1: there is none
     */
    int field(Head head, byte[] name) {
        int found = next(head, name, 0);
        if (found >= 0) {
            from = head.value[found];
            to = head.valueEnd[found];
        }
        return found;
    }

    /** The number of the first field called {@code name} from number {@code start} on; -1: there is none. */
    static int next(Head head, byte[] name, int start) {
        for (int i = start; i < head.fields; i++) {
            if (!head.removed[i] && isName(head, i, name)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isName(Head head, int field, byte[] name) {
        int at = head.line[field];
        return head.nameEnd[field] - at == name.length
                && Syntax.equalsIgnoreCase(head.bytes, at, head.nameEnd[field], name);
    }

    /** The value of the first cookie called {@code name} (RFC 6265, 4.2.1). False: there is none. */
    boolean cookie(Head head, byte[] name) {
        for (int field = next(head, COOKIE, 0); field >= 0; field = next(head, COOKIE, field + 1)) {
            if (cookie(head.bytes, head.value[field], head.valueEnd[field], name)) {
                return true;
            }
        }
        return false;
    }

    /** The same within {@code bytes[start, end)}, pairs that are parted by semicolons. */
    private boolean cookie(byte[] bytes, int start, int end, byte[] name) {
        int at = start;
        while (at < end) {
            while (at < end && (Syntax.isWhitespace(bytes[at]) || bytes[at] == ';')) {
                at++;
            }
            int stop = at;
            while (stop < end && bytes[stop] != ';') {
                stop++;
            }
            if (pair(bytes, at, stop, name)) {
                return true;
            }
            at = stop;
        }
        return false;
    }

    /** {@code name=value} at {@code bytes[start, end)}. */
    boolean pair(byte[] bytes, int start, int end, byte[] name) {
        int equals = start + name.length;
        if (equals >= end || bytes[equals] != '=') {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if (bytes[start + i] != name[i]) {
                return false;
            }
        }
        from = equals + 1;
        to = end;
        while (to > from && Syntax.isWhitespace(bytes[to - 1])) {
            to--;
        }
        if (to - from >= 2 && bytes[from] == '"' && bytes[to - 1] == '"') {
            from++;
            to--;
        }
        return true;
    }

    /** The path of the target as it is written, without the query. */
    void path(RequestHead head) {
        from = head.path;
        to = head.path;
        while (to < head.targetEnd && head.bytes[to] != '?') {
            to++;
        }
    }

    /** The value of the first parameter called {@code name}, both as they are written. False: there is none. */
    boolean queryParameter(RequestHead head, byte[] name) {
        path(head);
        int at = to + 1;
        while (at < head.targetEnd) {
            int stop = at;
            while (stop < head.targetEnd && head.bytes[stop] != '&') {
                stop++;
            }
            if (pair(head.bytes, at, stop, name)) {
                return true;
            }
            at = stop + 1;
        }
        return false;
    }
}
