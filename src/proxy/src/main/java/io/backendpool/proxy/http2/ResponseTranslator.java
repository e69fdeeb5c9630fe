package io.backendpool.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a backend's response head as that of HTTP/1.1 which means the same (RFC 9113, 8.3.2), or says why it is none. One
 * for each response.
 */
final class ResponseTranslator {
    private static final AsciiString STATUS = Http2Headers.PseudoHeaderName.STATUS.value();

    private long contentLength = -1;
    private boolean trailersLikely;
    private boolean chunked;
    private int status;

    /**
     * Writes the whole head to {@code out}. Returns what is wrong, one sentence; null: nothing.
     *
     * @param bodyless the response to a HEAD
     */
    @Nullable
    String translate(Http2Headers headers, boolean endOfStream, boolean bodyless, ByteBuf out) {
        String wrong = writeStatusLine(headers.status(), out);
        if (wrong != null) {
            return wrong;
        }
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            AsciiString name = AsciiString.of(header.getKey());
            AsciiString value = AsciiString.of(header.getValue());
            if (name.contentEquals(STATUS)) {
                continue;
            }
            // A pseudo-header field's colon is no character of a name.
            wrong = FieldRules.problem(name, value);
            if (wrong == null && name.contentEquals(FieldRules.CONTENT_LENGTH)) {
                wrong = readLength(value);
            } else if (wrong == null) {
                trailersLikely |= name.contentEquals(FieldRules.TRAILER)
                        || (name.contentEquals(FieldRules.CONTENT_TYPE) && FieldRules.isGrpc(value));
                FieldRules.writeLine(name, value, out);
            }
            if (wrong != null) {
                return wrong;
            }
        }
        writeFraming(endOfStream, bodyless, out);
        out.writeByte('\r').writeByte('\n');
        return interim() && endOfStream ? "an interim response that ends the stream (RFC 9113, 8.1)" : null;
    }

    /** 2xx: to an extended CONNECT, that it is a WebSocket from here on (RFC 9113, 8.5). */
    static boolean isSuccess(Http2Headers headers) {
        CharSequence code = headers.status();
        return code != null && code.length() == 3 && code.charAt(0) == '2';
    }

    /**
     * Writes what says the same of a WebSocket as 2xx to its extended CONNECT (RFC 8441, 5): 101. Returns what is wrong, one
     * sentence; null: nothing.
     */
    @Nullable
    String translateSwitch(Http2Headers headers, AsciiString accept, ByteBuf out) {
        status = 200;
        ByteBufUtil.writeAscii(
                out, "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n");
        FieldRules.writeLine(WebSocketFields.ACCEPT, accept, out);
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            AsciiString name = AsciiString.of(header.getKey());
            AsciiString value = AsciiString.of(header.getValue());
            if (name.contentEquals(STATUS)
                    || name.contentEquals(WebSocketFields.ACCEPT)
                    || name.contentEquals(FieldRules.CONTENT_LENGTH)) {
                continue;
            }
            String wrong = FieldRules.problem(name, value);
            if (wrong != null) {
                return wrong;
            }
            FieldRules.writeLine(name, value, out);
        }
        out.writeByte('\r').writeByte('\n');
        return null;
    }

    boolean interim() {
        return status < 200;
    }

    /** DATA is to be written as chunks. */
    boolean chunked() {
        return chunked;
    }

    private @Nullable String writeStatusLine(@Nullable CharSequence code, ByteBuf out) {
        if (code == null || code.length() != 3) {
            return "no status of three digits (RFC 9113, 8.3.2)";
        }
        int number = 0;
        for (int i = 0; i < 3; i++) {
            char digit = code.charAt(i);
            if (digit < '0' || digit > '9') {
                return "no status of three digits (RFC 9113, 8.3.2)";
            }
            number = number * 10 + digit - '0';
        }
        if (number < 100 || number > 599 || number == 101) {
            return "status " + number + " (RFC 9113, 8.6)";
        }
        status = number;
        ByteBufUtil.writeAscii(out, "HTTP/1.1 ");
        ByteBufUtil.writeAscii(out, code);
        out.writeByte(' ');
        ByteBufUtil.writeAscii(out, HttpResponseStatus.valueOf(number).reasonPhrase());
        out.writeByte('\r').writeByte('\n');
        return null;
    }

    private @Nullable String readLength(AsciiString value) {
        long length = FieldRules.contentLength(value);
        if (length < 0 || (contentLength >= 0 && contentLength != length)) {
            return "content-length is not one decimal number below 10^18 (RFC 9113, 8.1.1)";
        }
        contentLength = length;
        return null;
    }

    private void writeFraming(boolean endOfStream, boolean bodyless, ByteBuf out) {
        if (interim() || status == 204) {
            return;
        }
        boolean noBody = bodyless || status == 304;
        if (contentLength >= 0 && (noBody || endOfStream || !trailersLikely)) {
            ByteBufUtil.writeAscii(out, "content-length: " + contentLength + "\r\n");
        } else if (noBody) {
            return;
        } else if (endOfStream) {
            ByteBufUtil.writeAscii(out, "content-length: 0\r\n");
        } else {
            chunked = true;
            ByteBufUtil.writeAscii(out, "transfer-encoding: chunked\r\n");
        }
    }
}
