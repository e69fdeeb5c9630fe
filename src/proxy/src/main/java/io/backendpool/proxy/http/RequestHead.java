package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** The head of a request, strictly parsed (RFC 9112, 3). See {@link Head} for how and how long it is valid. */
final class RequestHead extends Head {
    private static final byte[] HTTP = {'H', 'T', 'T', 'P', '/'};
    private static final byte[] SCHEME_HTTP = "http://".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SCHEME_HTTPS = "https://".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONTINUE = "100-continue".getBytes(StandardCharsets.US_ASCII);

    int methodEnd;
    int target;
    int targetEnd;
    /** Where the path and query start; {@code target} unless the target is in absolute form. */
    int path;
    /** The authority of a target in absolute form; both 0 without one. */
    int authority;

    int authorityEnd;
    int requestLineEnd;
    boolean version11;
    boolean isHead;
    boolean idempotent;
    /** The index of the Host field; -1: there is none. */
    int host;

    /** What to answer when {@link #problem} is set. */
    int problemStatus;

    /** Loads and parses the head at {@code in[start, end)}; false: it is refused, see {@link #problem}. */
    boolean parse(ByteBuf in, int start, int end, int maxTargetBytes) {
        load(in, start, end);
        problemStatus = 400;
        authority = 0;
        authorityEnd = 0;
        host = -1;
        return parseRequestLine(maxTargetBytes)
                && parseFields(requestLineEnd)
                && readFraming(version11)
                && readConnection()
                && readHost()
                && readExpect();
    }

    boolean keepAlive() {
        return !connectionClose && (version11 || connectionKeepAlive);
    }

    /** What stands for the empty path of a target in absolute form (RFC 9112, 3.2.1 and 3.2.4). */
    byte emptyPath() {
        return (byte) (methodIs("OPTIONS") ? '*' : '/');
    }

    String method() {
        return new String(bytes, 0, methodEnd, StandardCharsets.US_ASCII);
    }

    /** The target without its query. */
    String targetPath() {
        int end = path;
        while (end < targetEnd && bytes[end] != '?') {
            end++;
        }
        return new String(bytes, path, end - path, StandardCharsets.US_ASCII);
    }

    private boolean parseRequestLine(int maxTargetBytes) {
        byte[] b = bytes;
        int at = 0;
        while (Syntax.isToken(b[at])) {
            at++;
        }
        if (at == 0 || b[at] != Syntax.SP) {
            return refuse("the request line does not start with a method and one space (RFC 9112, 3.1)");
        }
        methodEnd = at++;
        target = at;
        while (Syntax.isTarget(b[at])) {
            at++;
        }
        targetEnd = at;
        if (targetEnd - target > maxTargetBytes) {
            problemStatus = 414;
            return refuse("the request target is longer than this proxy accepts");
        }
        if (targetEnd == target || b[at] != Syntax.SP) {
            return refuse("the request target is missing or contains a character that is not allowed (RFC 9112, 3.2)");
        }
        return parseVersion(at + 1) && readMethod() && readTarget();
    }

    private boolean parseVersion(int at) {
        byte[] b = bytes;
        for (int i = 0; i < HTTP.length; i++) {
            if (b[at + i] != HTTP[i]) {
                return refuse("the request line does not end with one space and the HTTP version (RFC 9112, 3)");
            }
        }
        int major = at + HTTP.length;
        if (!Syntax.isDigit(b[major])
                || b[major + 1] != '.'
                || !Syntax.isDigit(b[major + 2])
                || b[major + 3] != Syntax.CR
                || b[major + 4] != Syntax.LF) {
            return refuse("the request line does not end with one space and the HTTP version (RFC 9112, 3)");
        }
        if (b[major] != '1' || b[major + 2] > '1') {
            problemStatus = 505;
            return refuse("this port speaks HTTP/1.1 and HTTP/1.0 only");
        }
        version11 = b[major + 2] == '1';
        requestLineEnd = major + 5;
        return true;
    }

    private boolean readMethod() {
        isHead = methodIs("HEAD");
        // RFC 9110, 9.2.2; a PUT or DELETE that is sent twice does no more than one that is sent once.
        idempotent = isHead
                || methodIs("GET")
                || methodIs("PUT")
                || methodIs("DELETE")
                || methodIs("OPTIONS")
                || methodIs("TRACE");
        if (methodIs("CONNECT")) {
            problemStatus = 501;
            return refuse("CONNECT is not supported: this is a gateway, not a forward proxy");
        }
        return true;
    }

    private boolean methodIs(String name) {
        if (methodEnd != name.length()) {
            return false;
        }
        for (int i = 0; i < methodEnd; i++) {
            if (bytes[i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The four forms of RFC 9112, 3.2. */
    private boolean readTarget() {
        path = target;
        if (bytes[target] == '/') {
            return true;
        }
        if (bytes[target] == '*' && targetEnd == target + 1) {
            return methodIs("OPTIONS") || refuse("the target * is for OPTIONS only (RFC 9112, 3.2.4)");
        }
        int afterScheme = afterScheme();
        if (afterScheme < 0) {
            return refuse("the request target is neither a path nor an http URI (RFC 9112, 3.2)");
        }
        authority = afterScheme;
        int at = afterScheme;
        while (at < targetEnd && Syntax.isAuthority(bytes[at])) {
            at++;
        }
        authorityEnd = at;
        path = at;
        boolean delimited = at == targetEnd || bytes[at] == '/' || bytes[at] == '?';
        return (authorityEnd > authority && delimited)
                || refuse("the request target's authority is empty or not a host and port (RFC 9110, 4.2)");
    }

    private int afterScheme() {
        if (startsWith(SCHEME_HTTP)) {
            return target + SCHEME_HTTP.length;
        }
        return startsWith(SCHEME_HTTPS) ? target + SCHEME_HTTPS.length : -1;
    }

    private boolean startsWith(byte[] scheme) {
        int end = target + scheme.length;
        return end <= targetEnd && Syntax.equalsIgnoreCase(bytes, target, end, scheme);
    }

    private boolean readHost() {
        for (int i = 0; i < fields; i++) {
            if (kind[i] != FieldKind.HOST) {
                continue;
            }
            if (host >= 0) {
                return refuse("more than one Host field (RFC 9112, 3.2)");
            }
            host = i;
            for (int at = value[i]; at < valueEnd[i]; at++) {
                if (!Syntax.isAuthority(bytes[at])) {
                    return refuse("Host is not a host and port (RFC 9112, 3.2)");
                }
            }
        }
        return host >= 0 || !version11 || refuse("HTTP/1.1 request without a Host field (RFC 9112, 3.2)");
    }

    private boolean readExpect() {
        if (version11) {
            return true;
        }
        for (int i = 0; i < fields; i++) {
            // RFC 9110, 10.1.1: from an HTTP/1.0 client it is ignored; forwarded as 1.1 it would not be.
            if (kind[i] == FieldKind.EXPECT && Syntax.equalsIgnoreCase(bytes, value[i], valueEnd[i], CONTINUE)) {
                removed[i] = true;
            }
        }
        return true;
    }
}
