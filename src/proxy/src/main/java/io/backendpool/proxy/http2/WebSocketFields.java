package io.backendpool.proxy.http2;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** What differs between the two ways to ask for a WebSocket: upgrade (RFC 6455, 4) and extended CONNECT (RFC 8441, 5). */
final class WebSocketFields {
    static final AsciiString ACCEPT = AsciiString.cached("sec-websocket-accept");
    private static final AsciiString KEY = AsciiString.cached("sec-websocket-key");
    private static final AsciiString PROTOCOL = AsciiString.cached(":protocol");
    private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private WebSocketFields() {}

    /** What a server of HTTP/1.1 would answer to the key in {@code fields}, names and values by turns (RFC 6455, 4.2.2). */
    static AsciiString accept(AsciiString[] fields) {
        AsciiString key = AsciiString.EMPTY_STRING;
        for (int i = 0; i < fields.length; i += 2) {
            key = fields[i].contentEquals(KEY) ? fields[i + 1] : key;
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
            return new AsciiString(Base64.getEncoder().encodeToString(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    /** The fields of an upgrade as those of an extended CONNECT, with the pseudo-header field that makes it one. */
    static AsciiString[] ofConnect(AsciiString[] fields) {
        AsciiString[] out = new AsciiString[fields.length + 2];
        out[0] = PROTOCOL;
        out[1] = WEBSOCKET;
        int length = 2;
        for (int i = 0; i < fields.length; i += 2) {
            if (!fields[i].contentEquals(KEY) && !fields[i].contentEquals(FieldRules.CONTENT_LENGTH)) {
                out[length++] = fields[i];
                out[length++] = fields[i + 1];
            }
        }
        return Arrays.copyOf(out, length);
    }
}
