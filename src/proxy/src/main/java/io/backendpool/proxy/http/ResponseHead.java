package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;

/** The head of a response, strictly parsed (RFC 9112, 4). See {@link Head} for how and how long it is valid. */
final class ResponseHead extends Head {
    private static final byte[] HTTP_1 = {'H', 'T', 'T', 'P', '/', '1', '.'};

    /** Where the status starts: after the version and a space. */
    static final int STATUS = HTTP_1.length + 2;

    int status;
    int statusLineEnd;
    boolean version11;
    private boolean upgradeAsked;

    /**
     * Loads and parses the head at {@code in[start, end)}; false: it breaks the protocol, see {@link #problem}.
     *
     * @param upgradeAsked the request asked for a WebSocket
     */
    boolean parse(ByteBuf in, int start, int end, boolean upgradeAsked) {
        load(in, start, end);
        this.upgradeAsked = upgradeAsked;
        if (!parseStatusLine() || !parseFields(statusLineEnd) || !readConnection()) {
            return false;
        }
        if (switched() && !upgradesToWebSocket()) {
            return refuse("the backend switched to another protocol than it was asked to (RFC 9110, 7.8)");
        }
        return bodyless() ? dropFraming() : readFraming(version11);
    }

    /** 101: what follows the head is the other protocol's, in both directions. */
    boolean switched() {
        return status == 101;
    }

    /** 1xx: another head follows. */
    boolean interim() {
        return status < 200 && !switched();
    }

    boolean keepAlive() {
        return !connectionClose && (version11 || connectionKeepAlive);
    }

    /** RFC 9112, 6.3: these end with their head, whatever their fields say. */
    private boolean bodyless() {
        return status < 200 || status == 204;
    }

    /** RFC 9110, 8.6 and RFC 9112, 6.1: these must not have them; a client could take them at their word. */
    private boolean dropFraming() {
        for (int i = 0; i < fields; i++) {
            if (kind[i] == FieldKind.CONTENT_LENGTH || kind[i] == FieldKind.TRANSFER_ENCODING) {
                removed[i] = true;
            }
        }
        return true;
    }

    private boolean parseStatusLine() {
        byte[] b = bytes;
        // The shortest line is "HTTP/1.1 200" and its end.
        if (length < STATUS + 5) {
            return refuse("the status line is too short (RFC 9112, 4)");
        }
        for (int i = 0; i < HTTP_1.length; i++) {
            if (b[i] != HTTP_1[i]) {
                return refuse("the status line does not start with HTTP/1.1 or HTTP/1.0 (RFC 9112, 4)");
            }
        }
        byte minor = b[HTTP_1.length];
        if ((minor != '0' && minor != '1') || b[HTTP_1.length + 1] != Syntax.SP) {
            return refuse("the status line does not start with HTTP/1.1 or HTTP/1.0 (RFC 9112, 4)");
        }
        version11 = minor == '1';
        for (int i = STATUS; i < STATUS + 3; i++) {
            if (!Syntax.isDigit(b[i])) {
                return refuse("the status is not a number of three digits (RFC 9112, 4)");
            }
        }
        status = (b[STATUS] - '0') * 100 + (b[STATUS + 1] - '0') * 10 + b[STATUS + 2] - '0';
        if (status < 100 || status > 599) {
            return refuse("the status is not between 100 and 599 (RFC 9110, 15)");
        }
        if (switched() && !upgradeAsked) {
            return refuse("the backend switched protocols without having been asked to");
        }
        int at = STATUS + 3;
        if (b[at] != Syntax.SP && b[at] != Syntax.CR) {
            return refuse("the status is not a number of three digits (RFC 9112, 4)");
        }
        while (Syntax.isFieldValue(b[at])) {
            at++;
        }
        if (b[at] != Syntax.CR || b[at + 1] != Syntax.LF) {
            return refuse("the reason phrase contains a control character (RFC 9112, 4)");
        }
        statusLineEnd = at + 2;
        return true;
    }
}
