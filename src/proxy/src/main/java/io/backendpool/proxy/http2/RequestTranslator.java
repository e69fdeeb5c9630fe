package io.backendpool.proxy.http2;

import io.backendpool.proxy.http.Syntax;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Writes a client's request as the head of HTTP/1.1 that means the same (RFC 9113, 8.3.1), or says why it is none. Each part
 * is checked before it is written, so nothing in a field, a method or a path can become a line of its own. One per event
 * loop: what it found is valid until the next request.
 *
 * <pre>
 *   :method POST, :path /a?b       POST /a?b HTTP/1.1
 *   :authority web                 host: web
 *   cookie a=1, cookie b=2         cookie: a=1; b=2
 *   DATA follows, no length        transfer-encoding: chunked
 * </pre>
 */
final class RequestTranslator {
    /** What becomes of a request. */
    enum Verdict {
        FORWARD,
        /** A stream error of type PROTOCOL_ERROR, see {@link #problem}. */
        MALFORMED,
        /** In order, but not what a gateway does. */
        NOT_IMPLEMENTED
    }

    private static final AsciiString METHOD = Http2Headers.PseudoHeaderName.METHOD.value();
    private static final AsciiString SCHEME = Http2Headers.PseudoHeaderName.SCHEME.value();
    private static final AsciiString AUTHORITY = Http2Headers.PseudoHeaderName.AUTHORITY.value();
    private static final AsciiString PATH = Http2Headers.PseudoHeaderName.PATH.value();
    private static final AsciiString PROTOCOL = AsciiString.cached(":protocol");
    private static final AsciiString CONNECT = AsciiString.cached("CONNECT");
    private static final AsciiString OPTIONS = AsciiString.cached("OPTIONS");
    private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");
    private static final AsciiString WEBSOCKET_KEY = AsciiString.cached("sec-websocket-key");

    private final RandomGenerator random;
    private final StringBuilder cookies = new StringBuilder();
    private @Nullable AsciiString method;
    private @Nullable AsciiString scheme;
    private @Nullable AsciiString authority;
    private @Nullable AsciiString path;
    private @Nullable AsciiString protocol;
    private @Nullable AsciiString host;
    private @Nullable String problem;
    private boolean trailersLikely;
    private long contentLength;
    private boolean chunked;
    private boolean grpc;
    private long grpcTimeoutMillis;

    /**
     * With a request not yet seen.
     *
     * @param random for the keys of WebSockets, which protect no secret
     */
    RequestTranslator(RandomGenerator random) {
        this.random = random;
    }

    /** Writes the whole head to {@code out}. */
    Verdict translate(Http2Headers headers, boolean endOfStream, ByteBuf out) {
        clear();
        int startOfFields = -1;
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            AsciiString name = AsciiString.of(header.getKey());
            AsciiString value = AsciiString.of(header.getValue());
            if (!name.isEmpty() && name.byteAt(0) == ':') {
                if (startOfFields >= 0 || !pseudo(name, value)) {
                    return malformed("a pseudo-header field that is unknown, repeated or late (RFC 9113, 8.3)");
                }
                continue;
            }
            if (startOfFields < 0) {
                Verdict verdict = writeRequestLine(out);
                if (verdict != Verdict.FORWARD) {
                    return verdict;
                }
                startOfFields = out.writerIndex();
            }
            if (!field(name, value, out)) {
                return Verdict.MALFORMED;
            }
        }
        if (startOfFields < 0) {
            Verdict verdict = writeRequestLine(out);
            if (verdict != Verdict.FORWARD) {
                return verdict;
            }
        }
        return finish(endOfStream, out);
    }

    /** What is wrong, one sentence. */
    String problem() {
        return problem == null ? "malformed" : problem;
    }

    /** The bytes that DATA must bring; -1: it does not say, or they are sent on in chunks all the same. */
    long contentLength() {
        return contentLength;
    }

    boolean chunked() {
        return chunked;
    }

    boolean grpc() {
        return grpc;
    }

    /** How long a call of gRPC may take; 0: it does not say, or is none. */
    long grpcTimeoutMillis() {
        return grpc ? grpcTimeoutMillis : 0;
    }

    /** It asks for a WebSocket (RFC 8441). */
    boolean webSocket() {
        return protocol != null;
    }

    private void clear() {
        cookies.setLength(0);
        method = null;
        scheme = null;
        authority = null;
        path = null;
        protocol = null;
        host = null;
        problem = null;
        trailersLikely = false;
        contentLength = -1;
        chunked = false;
        grpc = false;
        grpcTimeoutMillis = 0;
    }

    /** False: unknown or repeated. */
    private boolean pseudo(AsciiString name, AsciiString value) {
        boolean first;
        if (name.contentEquals(METHOD)) {
            first = method == null;
            method = value;
        } else if (name.contentEquals(PATH)) {
            first = path == null;
            path = value;
        } else if (name.contentEquals(SCHEME)) {
            first = scheme == null;
            scheme = value;
        } else if (name.contentEquals(AUTHORITY)) {
            first = authority == null;
            authority = value;
        } else if (name.contentEquals(PROTOCOL)) {
            first = protocol == null;
            protocol = value;
        } else {
            return false;
        }
        return first;
    }

    private Verdict writeRequestLine(ByteBuf out) {
        AsciiString verb = method;
        AsciiString target = path;
        if (verb == null || verb.isEmpty() || !all(verb, Syntax::isToken)) {
            return malformed(":method is missing or not a method (RFC 9113, 8.3.1)");
        }
        if (verb.contentEquals(CONNECT) && protocol == null) {
            return refuse("CONNECT is not supported: this is a gateway, not a forward proxy");
        }
        if (protocol != null && !verb.contentEquals(CONNECT)) {
            return malformed(":protocol without CONNECT (RFC 8441, 4)");
        }
        if (protocol != null && !protocol.contentEqualsIgnoreCase(WEBSOCKET)) {
            return refuse("only websocket is supported as :protocol");
        }
        if (scheme == null || !(scheme.contentEqualsIgnoreCase("http") || scheme.contentEqualsIgnoreCase("https"))) {
            return malformed(":scheme is missing or neither http nor https (RFC 9113, 8.3.1)");
        }
        if (target == null || target.isEmpty() || !all(target, Syntax::isTarget)) {
            return malformed(":path is missing or contains a character that is not allowed (RFC 9113, 8.3.1)");
        }
        boolean asterisk = target.length() == 1 && target.byteAt(0) == '*' && verb.contentEquals(OPTIONS);
        if (target.byteAt(0) != '/' && !asterisk) {
            return malformed(":path does not start with / (RFC 9113, 8.3.1)");
        }
        if (authority != null && (authority.isEmpty() || !all(authority, Syntax::isAuthority))) {
            return malformed(":authority is not a host and port (RFC 9113, 8.3.1)");
        }
        if (protocol == null) {
            FieldRules.write(verb, out);
        } else {
            ByteBufUtil.writeAscii(out, "GET");
        }
        out.writeByte(' ');
        FieldRules.write(target, out);
        ByteBufUtil.writeAscii(out, " HTTP/1.1\r\n");
        if (authority != null) {
            FieldRules.writeLine(FieldRules.HOST, authority, out);
        }
        return Verdict.FORWARD;
    }

    private boolean field(AsciiString name, AsciiString value, ByteBuf out) {
        String wrong = FieldRules.problem(name, value);
        if (wrong != null) {
            problem = wrong;
            return false;
        }
        if (name.contentEquals(FieldRules.COOKIE)) {
            // RFC 9113, 8.2.3: crumbs become one field again.
            cookies.append(cookies.isEmpty() ? "" : "; ")
                    .append(new String(
                            value.array(), value.arrayOffset(), value.length(), StandardCharsets.ISO_8859_1));
            return true;
        }
        if (name.contentEquals(FieldRules.HOST)) {
            return hostField(value, out);
        }
        if (name.contentEquals(FieldRules.CONTENT_LENGTH)) {
            return lengthField(value);
        }
        if (protocol != null && name.contentEquals(WEBSOCKET_KEY)) {
            return true;
        }
        if (name.contentEquals(FieldRules.TE)) {
            // RFC 9110, 10.1.4: what HTTP/2 need not say.
            ByteBufUtil.writeAscii(out, "connection: te\r\n");
        }
        trailersLikely |= name.contentEquals(FieldRules.TRAILER);
        if (name.contentEquals(FieldRules.CONTENT_TYPE) && FieldRules.isGrpc(value)) {
            grpc = true;
            trailersLikely = true;
        }
        if (name.contentEquals(FieldRules.GRPC_TIMEOUT)) {
            grpcTimeoutMillis = FieldRules.grpcTimeoutMillis(value);
        }
        FieldRules.writeLine(name, value, out);
        return true;
    }

    private boolean hostField(AsciiString value, ByteBuf out) {
        if (host != null || (authority != null && !authority.contentEqualsIgnoreCase(value))) {
            problem = "host is repeated or differs from :authority (RFC 9113, 8.3.1)";
            return false;
        }
        host = value;
        if (authority == null) {
            FieldRules.writeLine(FieldRules.HOST, value, out);
        }
        return true;
    }

    private boolean lengthField(AsciiString value) {
        long length = FieldRules.contentLength(value);
        if (length < 0 || (contentLength >= 0 && contentLength != length) || protocol != null) {
            problem = "content-length is not one decimal number below 10^18 (RFC 9113, 8.1.1)";
            return false;
        }
        contentLength = length;
        return true;
    }

    private Verdict finish(boolean endOfStream, ByteBuf out) {
        if (authority == null && host == null) {
            return malformed("neither :authority nor host (RFC 9113, 8.3.1)");
        }
        if (endOfStream && contentLength > 0) {
            return malformed("content-length without a body (RFC 9113, 8.1.1)");
        }
        if (!cookies.isEmpty()) {
            FieldRules.writeLine(FieldRules.COOKIE, new AsciiString(latin1(cookies)), out);
        }
        if (protocol != null) {
            writeUpgrade(out);
        } else if (contentLength >= 0 && (endOfStream || !trailersLikely)) {
            ByteBufUtil.writeAscii(out, "content-length: ");
            ByteBufUtil.writeAscii(out, Long.toString(contentLength));
            ByteBufUtil.writeAscii(out, "\r\n");
        } else if (!endOfStream) {
            chunked = true;
            ByteBufUtil.writeAscii(out, "transfer-encoding: chunked\r\n");
        }
        out.writeByte('\r').writeByte('\n');
        return Verdict.FORWARD;
    }

    /** RFC 8441, 5: what HTTP/1.1 has and HTTP/2 has not. */
    private void writeUpgrade(ByteBuf out) {
        byte[] key = new byte[16];
        random.nextBytes(key);
        ByteBufUtil.writeAscii(out, "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: ");
        ByteBufUtil.writeAscii(out, Base64.getEncoder().encodeToString(key));
        ByteBufUtil.writeAscii(out, "\r\n");
    }

    private static byte[] latin1(CharSequence text) {
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private interface ByteTest {
        boolean test(byte b);
    }

    private static boolean all(AsciiString text, ByteTest test) {
        for (int i = 0; i < text.length(); i++) {
            if (!test.test(text.byteAt(i))) {
                return false;
            }
        }
        return true;
    }

    private Verdict malformed(String sentence) {
        problem = sentence;
        return Verdict.MALFORMED;
    }

    private Verdict refuse(String sentence) {
        problem = sentence;
        return Verdict.NOT_IMPLEMENTED;
    }
}
