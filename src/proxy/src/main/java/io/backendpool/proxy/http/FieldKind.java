package io.backendpool.proxy.http;

import java.nio.charset.StandardCharsets;

/** The fields that a proxy must understand; all others are {@link #OTHER} and pass unseen. */
enum FieldKind {
    OTHER(""),
    /**
     * A name that is one of those below but for an underscore: CGI, WSGI and what descends from them make {@code -} and
     * {@code _} one (RFC 3875, 4.1.18), and would take it for the field that the proxy writes or trusts.
     */
    LOOKALIKE(""),
    TE("te"),
    HOST("host"),
    EXPECT("expect"),
    TRAILER("trailer"),
    UPGRADE("upgrade"),
    FORWARDED("forwarded"),
    CONNECTION("connection"),
    KEEP_ALIVE("keep-alive"),
    X_REQUEST_ID("x-request-id"),
    CONTENT_LENGTH("content-length"),
    X_FORWARDED_FOR("x-forwarded-for"),
    PROXY_CONNECTION("proxy-connection"),
    X_FORWARDED_HOST("x-forwarded-host"),
    X_FORWARDED_PORT("x-forwarded-port"),
    TRANSFER_ENCODING("transfer-encoding"),
    X_FORWARDED_PROTO("x-forwarded-proto");

    /** The name in lower case. Nobody writes to it. */
    @SuppressWarnings("ImmutableEnumChecker") // an array, for the comparison of bytes on the hot path
    final byte[] lower;

    FieldKind(String name) {
        this.lower = name.getBytes(StandardCharsets.US_ASCII);
    }

    /** The kind of the field called {@code bytes[from, to)}: by its length first, so most names cost one comparison. */
    static FieldKind of(byte[] bytes, int from, int to) {
        return switch (to - from) {
            case 2 -> match(bytes, from, to, TE);
            case 4 -> match(bytes, from, to, HOST);
            case 6 -> match(bytes, from, to, EXPECT);
            case 7 -> (bytes[from] | 0x20) == 't' ? match(bytes, from, to, TRAILER) : match(bytes, from, to, UPGRADE);
            case 9 -> match(bytes, from, to, FORWARDED);
            case 10 ->
                (bytes[from] | 0x20) == 'c' ? match(bytes, from, to, CONNECTION) : match(bytes, from, to, KEEP_ALIVE);
            case 12 -> match(bytes, from, to, X_REQUEST_ID);
            case 14 -> match(bytes, from, to, CONTENT_LENGTH);
            case 15 -> match(bytes, from, to, X_FORWARDED_FOR);
            case 16 ->
                (bytes[from] | 0x20) == 'p'
                        ? match(bytes, from, to, PROXY_CONNECTION)
                        : match(
                                bytes,
                                from,
                                to,
                                (bytes[to - 1] | 0x20) == 't' && (bytes[to - 4] | 0x20) == 'h'
                                        ? X_FORWARDED_HOST
                                        : X_FORWARDED_PORT);
            case 17 ->
                (bytes[from] | 0x20) == 't'
                        ? match(bytes, from, to, TRANSFER_ENCODING)
                        : match(bytes, from, to, X_FORWARDED_PROTO);
            default -> OTHER;
        };
    }

    private static FieldKind match(byte[] bytes, int from, int to, FieldKind candidate) {
        byte[] lower = candidate.lower;
        if (to - from != lower.length) {
            return OTHER;
        }
        FieldKind match = candidate;
        for (int i = 0; i < lower.length; i++) {
            byte b = bytes[from + i];
            if (b >= 'A' && b <= 'Z') {
                b |= 0x20;
            }
            if (b != lower[i]) {
                if (b != '_' || lower[i] != '-') {
                    return OTHER;
                }
                match = LOOKALIKE;
            }
        }
        return match;
    }
}
