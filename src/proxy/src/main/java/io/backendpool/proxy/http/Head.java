package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The field section of a head, strictly parsed (RFC 9112, 5) into positions: no field becomes an object. One instance per
 * event loop and direction is reused for all messages; it is valid until the next {@link #load}.
 *
 * <pre>
 *   H o s t :   w e b CR LF
 *   ^ line      ^ value     ^ next line
 *           ^ nameEnd ^ valueEnd
 * </pre>
 */
abstract class Head implements Fields {
    private static final int INITIAL_FIELDS = 64;

    byte[] bytes = new byte[4096];
    int length;
    int fields;
    int[] line = new int[INITIAL_FIELDS + 1];
    int[] nameEnd = new int[INITIAL_FIELDS];
    int[] value = new int[INITIAL_FIELDS];
    int[] valueEnd = new int[INITIAL_FIELDS];
    FieldKind[] kind = new FieldKind[INITIAL_FIELDS];
    /** Not to be forwarded. */
    boolean[] removed = new boolean[INITIAL_FIELDS];

    /** The value of Content-Length; -1: there is none. */
    long contentLength;

    boolean chunked;
    boolean connectionClose;
    boolean connectionKeepAlive;
    /** Connection names Upgrade. */
    boolean connectionUpgrade;

    /** It has a field Keep-Alive. */
    boolean keepAliveStated;

    /** It has fields that were not received. */
    boolean appended;

    private boolean connectionTe;
    private boolean teTrailers;

    /** What is wrong, as one sentence; null: nothing. */
    @Nullable
    String problem;

    /** Takes a copy of the complete head at {@code in[start, end)}; the bytes themselves stay where they are. */
    final void load(ByteBuf in, int start, int end) {
        length = end - start;
        if (bytes.length < length) {
            bytes = new byte[Math.max(length, bytes.length * 2)];
        }
        in.getBytes(start, bytes, 0, length);
        fields = 0;
        contentLength = -1;
        chunked = false;
        connectionClose = false;
        connectionKeepAlive = false;
        connectionUpgrade = false;
        keepAliveStated = false;
        appended = false;
        connectionTe = false;
        teTrailers = false;
        problem = null;
    }

    /** Notes what is wrong; the first finding stands. Returns false, for the caller to return. */
    final boolean refuse(String sentence) {
        if (problem == null) {
            problem = sentence;
        }
        return false;
    }

    /** Parses the field lines from {@code from} to the empty line. */
    final boolean parseFields(int from) {
        int at = from;
        int end = length - 2;
        while (at < end) {
            at = parseField(at);
            if (at < 0) {
                return false;
            }
        }
        line[fields] = at;
        return true;
    }

    /** Parses one field line; returns the start of the next, or -1. */
    private int parseField(int start) {
        byte[] b = bytes;
        int at = start;
        while (Syntax.isToken(b[at])) {
            at++;
        }
        if (b[at] != ':' || at == start) {
            return badName(start, at);
        }
        int name = at++;
        while (Syntax.isWhitespace(b[at])) {
            at++;
        }
        int first = at;
        int last = at;
        while (Syntax.isFieldValue(b[at])) {
            if (!Syntax.isWhitespace(b[at++])) {
                last = at;
            }
        }
        if (b[at] != Syntax.CR || b[at + 1] != Syntax.LF) {
            refuse("a header field's value contains a control character (RFC 9110, 5.5)");
            return -1;
        }
        add(start, name, first, last);
        return at + 2;
    }

    private int badName(int start, int at) {
        if (at == start && Syntax.isWhitespace(bytes[at])) {
            refuse("a header line starts with white space: line folding is obsolete (RFC 9112, 5.2)");
        } else if (Syntax.isWhitespace(bytes[at])) {
            refuse("white space between a header field's name and the colon (RFC 9112, 5.1)");
        } else {
            refuse("a header field's name is empty or contains a character that is not allowed (RFC 9110, 5.1)");
        }
        return -1;
    }

    private void add(int start, int name, int first, int last) {
        if (fields == nameEnd.length) {
            int more = fields * 2;
            line = Arrays.copyOf(line, more + 1);
            nameEnd = Arrays.copyOf(nameEnd, more);
            value = Arrays.copyOf(value, more);
            valueEnd = Arrays.copyOf(valueEnd, more);
            kind = Arrays.copyOf(kind, more);
            removed = Arrays.copyOf(removed, more);
        }
        line[fields] = start;
        nameEnd[fields] = name;
        value[fields] = first;
        valueEnd[fields] = last;
        kind[fields] = FieldKind.of(bytes, start, name);
        removed[fields] = false;
        fields++;
    }

    /** Understands Content-Length and Transfer-Encoding (RFC 9112, 6). */
    final boolean readFraming(boolean version11) {
        boolean transferEncoding = false;
        for (int i = 0; i < fields; i++) {
            if (kind[i] == FieldKind.CONTENT_LENGTH) {
                if (!readContentLength(i)) {
                    return false;
                }
            } else if (kind[i] == FieldKind.TRANSFER_ENCODING) {
                if (transferEncoding || !Syntax.equalsIgnoreCase(bytes, value[i], valueEnd[i], CHUNKED)) {
                    return refuse(
                            "Transfer-Encoding is not exactly \"chunked\", the only one supported (RFC 9112, 6.1)");
                }
                transferEncoding = true;
            }
        }
        if (transferEncoding && contentLength >= 0) {
            return refuse("both Transfer-Encoding and Content-Length: the body's end is ambiguous (RFC 9112, 6.3)");
        }
        if (transferEncoding && !version11) {
            return refuse("Transfer-Encoding in an HTTP/1.0 message (RFC 9112, 6.1)");
        }
        chunked = transferEncoding;
        return true;
    }

    private static final byte[] CHUNKED = {'c', 'h', 'u', 'n', 'k', 'e', 'd'};

    private boolean readContentLength(int field) {
        int digits = valueEnd[field] - value[field];
        if (digits < 1 || digits > 18) {
            return refuse("Content-Length is not one decimal number below 10^18 (RFC 9110, 8.6)");
        }
        long number = 0;
        for (int i = value[field]; i < valueEnd[field]; i++) {
            if (!Syntax.isDigit(bytes[i])) {
                return refuse("Content-Length is not one decimal number below 10^18 (RFC 9110, 8.6)");
            }
            number = number * 10 + bytes[i] - '0';
        }
        if (contentLength >= 0) {
            if (contentLength != number) {
                return refuse("Content-Length is given twice with different values (RFC 9112, 6.3)");
            }
            removed[field] = true;
        }
        contentLength = number;
        return true;
    }

    /** Marks what belongs to one connection only, and understands the Connection field (RFC 9110, 7.6.1). */
    final boolean readConnection() {
        for (int i = 0; i < fields; i++) {
            switch (kind[i]) {
                case CONNECTION -> {
                    removed[i] = true;
                    if (!readConnectionOptions(i)) {
                        return false;
                    }
                }
                case TE -> {
                    removed[i] = true;
                    teTrailers |= Syntax.equalsIgnoreCase(bytes, value[i], valueEnd[i], TRAILERS);
                }
                case KEEP_ALIVE -> {
                    removed[i] = true;
                    keepAliveStated = true;
                }
                case PROXY_CONNECTION, UPGRADE -> removed[i] = true;
                case OTHER,
                        LOOKALIKE,
                        HOST,
                        EXPECT,
                        TRAILER,
                        X_REQUEST_ID,
                        CONTENT_LENGTH,
                        X_FORWARDED_FOR,
                        FORWARDED,
                        X_FORWARDED_HOST,
                        X_FORWARDED_PORT,
                        TRANSFER_ENCODING,
                        X_FORWARDED_PROTO -> {}
            }
        }
        return true;
    }

    private static final byte[] TRAILERS = "trailers".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CLOSE = {'c', 'l', 'o', 's', 'e'};

    private boolean readConnectionOptions(int field) {
        int at = value[field];
        int end = valueEnd[field];
        while (at < end) {
            int start = at;
            while (at < end && Syntax.isToken(bytes[at])) {
                at++;
            }
            if (at > start && !readConnectionOption(start, at)) {
                return false;
            }
            while (at < end && Syntax.isWhitespace(bytes[at])) {
                at++;
            }
            if (at < end && bytes[at++] != ',') {
                return refuse("Connection is not a list of names (RFC 9110, 7.6.1)");
            }
            while (at < end && Syntax.isWhitespace(bytes[at])) {
                at++;
            }
        }
        return true;
    }

    private boolean readConnectionOption(int start, int end) {
        if (Syntax.equalsIgnoreCase(bytes, start, end, CLOSE)) {
            connectionClose = true;
            return true;
        }
        switch (FieldKind.of(bytes, start, end)) {
            case KEEP_ALIVE -> connectionKeepAlive = true;
            case UPGRADE -> connectionUpgrade = true;
            case TE -> connectionTe = true;
            case HOST, CONTENT_LENGTH, TRANSFER_ENCODING -> {
                // Removing these would change what the message is, and where it ends.
                return refuse("Connection names a field that is not the connection's own (RFC 9110, 7.6.1)");
            }
            case OTHER,
                    LOOKALIKE,
                    EXPECT,
                    TRAILER,
                    CONNECTION,
                    X_REQUEST_ID,
                    X_FORWARDED_FOR,
                    PROXY_CONNECTION,
                    FORWARDED,
                    X_FORWARDED_HOST,
                    X_FORWARDED_PORT,
                    X_FORWARDED_PROTO -> removeNamed(start, end);
        }
        return true;
    }

    private static final byte[] WEBSOCKET = "websocket".getBytes(StandardCharsets.US_ASCII);

    /** The one Upgrade field, named by Connection, says websocket and nothing else (RFC 6455, 4; RFC 9110, 7.8). */
    final boolean upgradesToWebSocket() {
        if (!connectionUpgrade) {
            return false;
        }
        boolean webSocket = false;
        for (int i = 0; i < fields; i++) {
            if (kind[i] == FieldKind.UPGRADE) {
                if (webSocket || !Syntax.equalsIgnoreCase(bytes, value[i], valueEnd[i], WEBSOCKET)) {
                    return false;
                }
                webSocket = true;
            }
        }
        return webSocket;
    }

    /** TE says that trailers are welcome, and Connection that it is meant for this proxy (RFC 9110, 10.1.4). */
    final boolean trailersAccepted() {
        return connectionTe && teTrailers;
    }

    /** For messages that are framed otherwise on their way. */
    final void removeTransferEncoding() {
        for (int i = 0; i < fields; i++) {
            removed[i] |= kind[i] == FieldKind.TRANSFER_ENCODING;
        }
    }

    /** For where TE is a field of the message (RFC 9113, 8.2.2): one that says trailers stays. */
    final void passTrailersAccepted() {
        for (int i = 0; i < fields; i++) {
            if (kind[i] == FieldKind.TE && Syntax.equalsIgnoreCase(bytes, value[i], valueEnd[i], TRAILERS)) {
                removed[i] = false;
            }
        }
    }

    /** Adds a field behind those that were received. */
    final void append(byte[] fieldName, String fieldValue) {
        byte[] text = fieldValue.getBytes(StandardCharsets.ISO_8859_1);
        int start = line[fields];
        int end = start + fieldName.length + text.length + 4;
        if (bytes.length < end) {
            bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
        }
        System.arraycopy(fieldName, 0, bytes, start, fieldName.length);
        int name = start + fieldName.length;
        bytes[name] = ':';
        bytes[name + 1] = Syntax.SP;
        System.arraycopy(text, 0, bytes, name + 2, text.length);
        bytes[end - 2] = Syntax.CR;
        bytes[end - 1] = Syntax.LF;
        add(start, name, name + 2, end - 2);
        line[fields] = end;
        appended = true;
    }

    @Override
    public final int count() {
        return fields;
    }

    @Override
    public final boolean passes(int field) {
        return !removed[field];
    }

    @Override
    public final AsciiString name(int field) {
        return new AsciiString(bytes, line[field], nameEnd[field] - line[field], true).toLowerCase();
    }

    @Override
    public final AsciiString value(int field) {
        return new AsciiString(bytes, value[field], valueEnd[field] - value[field], true);
    }

    private void removeNamed(int start, int end) {
        for (int i = 0; i < fields; i++) {
            if (sameIgnoringCase(line[i], nameEnd[i], start, end)) {
                removed[i] = true;
            }
        }
    }

    private boolean sameIgnoringCase(int from, int to, int otherFrom, int otherTo) {
        if (to - from != otherTo - otherFrom) {
            return false;
        }
        for (int i = 0; i < to - from; i++) {
            if (lower(bytes[from + i]) != lower(bytes[otherFrom + i])) {
                return false;
            }
        }
        return true;
    }

    private static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b | 0x20 : b;
    }
}
