package io.backendpool.proxy.http2;

import io.backendpool.proxy.http.Syntax;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules for fields (RFC 9113, 8.2), and their way into a head of HTTP/1.1. */
final class FieldRules {
    static final AsciiString COOKIE = AsciiString.cached("cookie");
    static final AsciiString HOST = AsciiString.cached("host");
    static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
    static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
    static final AsciiString TRAILER = AsciiString.cached("trailer");
    static final AsciiString TE = AsciiString.cached("te");
    static final AsciiString GRPC_TIMEOUT = AsciiString.cached("grpc-timeout");
    private static final AsciiString TRAILERS = AsciiString.cached("trailers");
    private static final AsciiString GRPC = AsciiString.cached("application/grpc");

    /** RFC 9113, 8.2.2: they are the connection's own, and HTTP/2 has no use for them. */
    private static final Set<AsciiString> CONNECTION_SPECIFIC = Set.of(
            AsciiString.cached("connection"),
            AsciiString.cached("keep-alive"),
            AsciiString.cached("proxy-connection"),
            AsciiString.cached("transfer-encoding"),
            AsciiString.cached("upgrade"));

    private FieldRules() {}

    /** What is wrong with a regular field, one sentence; null: nothing. */
    static @Nullable String problem(AsciiString name, AsciiString value) {
        if (name.isEmpty()) {
            return "a field without a name";
        }
        for (int i = 0; i < name.length(); i++) {
            byte b = name.byteAt(i);
            if (!Syntax.isToken(b) || (b >= 'A' && b <= 'Z')) {
                return "a field's name is not in lower case or contains a character that is not allowed (RFC 9113, 8.2.1)";
            }
        }
        if (CONNECTION_SPECIFIC.contains(name)) {
            return "a field of the connection: " + name + " (RFC 9113, 8.2.2)";
        }
        if (name.contentEquals(TE) && !value.contentEqualsIgnoreCase(TRAILERS)) {
            return "te is not trailers (RFC 9113, 8.2.2)";
        }
        return valueProblem(value);
    }

    private static @Nullable String valueProblem(AsciiString value) {
        int length = value.length();
        if (length > 0 && (Syntax.isWhitespace(value.byteAt(0)) || Syntax.isWhitespace(value.byteAt(length - 1)))) {
            return "a field's value starts or ends with white space (RFC 9113, 8.2.1)";
        }
        for (int i = 0; i < length; i++) {
            if (!Syntax.isFieldValue(value.byteAt(i))) {
                return "a field's value contains a control character (RFC 9113, 8.2.1)";
            }
        }
        return null;
    }

    /** A decimal number below 10^18; -1: it is none. */
    static long contentLength(AsciiString value) {
        if (value.isEmpty() || value.length() > 18) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < value.length(); i++) {
            byte b = value.byteAt(i);
            if (b < '0' || b > '9') {
                return -1;
            }
            number = number * 10 + b - '0';
        }
        return number;
    }

    /** {@code application/grpc}, and with a suffix or parameters; but not gRPC-Web, which has a status of HTTP. */
    static boolean isGrpc(AsciiString contentType) {
        if (!contentType.startsWith(GRPC)) {
            return false;
        }
        return contentType.length() == GRPC.length()
                || contentType.byteAt(GRPC.length()) == '+'
                || contentType.byteAt(GRPC.length()) == ';';
    }

    /**
     * {@code grpc-timeout}: 1 to 8 digits and a unit (PROTOCOL-HTTP2.md of gRPC), in milliseconds, rounded up and at least 1;
     * 0: it is malformed.
     */
    static long grpcTimeoutMillis(AsciiString value) {
        int digits = value.length() - 1;
        if (digits < 1 || digits > 8) {
            return 0;
        }
        long number = contentLength(value.subSequence(0, digits, false));
        if (number < 0) {
            return 0;
        }
        long millis =
                switch (value.byteAt(digits)) {
                    case 'H' -> number * 3_600_000;
                    case 'M' -> number * 60_000;
                    case 'S' -> number * 1000;
                    case 'm' -> number;
                    case 'u' -> (number + 999) / 1000;
                    case 'n' -> (number + 999_999) / 1_000_000;
                    default -> -1;
                };
        return millis < 0 ? 0 : Math.max(1, millis);
    }

    static void writeLine(AsciiString name, AsciiString value, ByteBuf out) {
        write(name, out);
        out.writeByte(':').writeByte(' ');
        write(value, out);
        out.writeByte('\r').writeByte('\n');
    }

    static void write(AsciiString text, ByteBuf out) {
        out.writeBytes(text.array(), text.arrayOffset(), text.length());
    }
}
