package io.backendpool.proxy.http;

import io.backendpool.pool.HttpSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes heads as they are forwarded: the runs of bytes between the removed fields are copied as they are, then what the
 * proxy adds. All editing of heads is here. Event loop only.
 *
 * <p>Added to a request, as {@link HttpSettings} has it: where it came from ({@code X-Forwarded-*}, {@code Forwarded}),
 * {@code Via}, and {@code X-Request-Id}. Taken away, in both directions: the fields of the connection (RFC 9110, 7.6.1); of
 * a request also what a client that is not trusted says of where it comes from.
 */
final class HeadEditor {
    private static final byte[] VERSION = ascii(" HTTP/1.1\r\n");
    private static final byte[] HOST = ascii("Host: ");
    private static final byte[] FORWARDED_FOR = ascii("X-Forwarded-For: ");
    private static final byte[] FORWARDED_HOST = ascii("X-Forwarded-Host: ");
    private static final byte[] FORWARDED_PORT = ascii("X-Forwarded-Port: ");
    private static final byte[] FORWARDED_PROTO_HTTP = ascii("X-Forwarded-Proto: http\r\n");
    private static final byte[] FORWARDED_PROTO_HTTPS = ascii("X-Forwarded-Proto: https\r\n");
    private static final byte[] FORWARDED = ascii("Forwarded: ");
    private static final byte[] FOR = ascii("for=");
    private static final byte[] FOR_IPV6 = ascii("for=\"[");
    private static final byte[] FOR_IPV6_END = ascii("]\"");
    private static final byte[] BY_HOST = ascii(";host=\"");
    private static final byte[] BY_PROTO_HTTP = ascii("\";proto=http\r\n");
    private static final byte[] BY_PROTO_HTTPS = ascii("\";proto=https\r\n");
    private static final byte[] REQUEST_ID = ascii("X-Request-Id: ");
    private static final byte[] LINE_END = ascii("\r\n");
    private static final byte[] LIST = ascii(", ");
    private static final byte[] STATUS_LINE = ascii("HTTP/1.1 ");
    private static final byte[] CONNECTION_CLOSE = ascii("Connection: close\r\n");
    private static final byte[] CONNECTION_KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
    private static final byte[] UPGRADE = ascii("Connection: Upgrade\r\nUpgrade: websocket\r\n");
    private static final byte[] TRAILERS_ACCEPTED = ascii("Connection: TE\r\nTE: trailers\r\n");
    private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");

    private static final int VIA_NAME_BYTES = "Via: ".length();
    private static final int MAX_REQUEST_ID_BYTES = 128;

    private final RequestIds requestIds;
    private HttpSettings settings = HttpSettings.DEFAULT;
    private HeadRules rules = HeadRules.of(HttpSettings.DEFAULT);
    /** A head is put together here, because an array costs less to write to than a buffer. */
    private final HeadBytes out = new HeadBytes();

    HeadEditor(RequestIds requestIds) {
        this.requestIds = requestIds;
    }

    @SuppressWarnings("ReferenceEquality") // a changed policy is a new object, and comparing contents would cost
    private HeadRules rulesOf(HttpSettings wanted) {
        if (wanted != settings) {
            settings = wanted;
            rules = HeadRules.of(wanted);
        }
        return rules;
    }

    /** The head as the backend gets it; the caller owns it. */
    ByteBuf request(RequestHead head, HttpSettings http, Downstream client) {
        HeadRules rule = rulesOf(http);
        boolean hasProto = false;
        boolean hasForwardedHost = false;
        boolean hasForwardedPort = false;
        boolean hasRequestId = false;
        boolean absolute = head.authorityEnd > head.authority;
        for (int i = 0; i < head.fields; i++) {
            switch (head.kind[i]) {
                case X_FORWARDED_FOR, FORWARDED -> head.removed[i] |= !rule.trusting();
                case X_FORWARDED_PROTO -> {
                    head.removed[i] |= !rule.trusting();
                    hasProto |= !head.removed[i];
                }
                case X_FORWARDED_HOST -> {
                    head.removed[i] |= !rule.trusting();
                    hasForwardedHost |= !head.removed[i];
                }
                case X_FORWARDED_PORT -> {
                    head.removed[i] |= !rule.trusting();
                    hasForwardedPort |= !head.removed[i];
                }
                case X_REQUEST_ID -> {
                    head.removed[i] |= hasRequestId || rule.replaceId() || !isRequestId(head, i);
                    hasRequestId |= !head.removed[i];
                }
                case LOOKALIKE -> head.removed[i] = true;
                // RFC 9112, 3.2.2: the target's authority replaces the Host field.
                case HOST -> head.removed[i] |= absolute;
                case OTHER,
                        TE,
                        EXPECT,
                        TRAILER,
                        UPGRADE,
                        CONNECTION,
                        KEEP_ALIVE,
                        CONTENT_LENGTH,
                        PROXY_CONNECTION,
                        TRANSFER_ENCODING -> {}
            }
        }
        out.clear();
        writeRequestLine(head);
        if (rule.xForwarded()) {
            writeList(FORWARDED_FOR, head, FieldKind.X_FORWARDED_FOR);
            out.add(client.addressBytes());
            out.add(LINE_END);
        }
        if (rule.forwarded()) {
            writeList(FORWARDED, head, FieldKind.FORWARDED);
            writeForwardedElement(head, client);
        }
        writeFields(head);
        if (head.host < 0 || absolute) {
            out.add(HOST);
            writeHost(head, client);
            out.add(LINE_END);
        }
        if (head.upgrade) {
            out.add(UPGRADE);
        } else if (head.trailersAccepted()) {
            out.add(TRAILERS_ACCEPTED);
        }
        if (rule.xForwarded()) {
            if (!hasProto) {
                out.add(client.isSecure() ? FORWARDED_PROTO_HTTPS : FORWARDED_PROTO_HTTP);
            }
            if (!hasForwardedHost) {
                out.add(FORWARDED_HOST);
                writeHost(head, client);
                out.add(LINE_END);
            }
            if (!hasForwardedPort) {
                out.add(FORWARDED_PORT);
                out.add(client.localPort());
                out.add(LINE_END);
            }
        }
        byte[] via = head.version11 ? rule.via() : rule.viaOneZero();
        if (via != null) {
            out.add(via);
        }
        if (!hasRequestId) {
            out.add(REQUEST_ID);
            out.add(requestIds.next());
            out.add(LINE_END);
        }
        out.add(LINE_END);
        return out.toBuffer(client.allocator());
    }

    /** An id that can go into every log: visible characters that need no quotes, and not too many. */
    private static boolean isRequestId(RequestHead head, int field) {
        int length = head.valueEnd[field] - head.value[field];
        if (length < 1 || length > MAX_REQUEST_ID_BYTES) {
            return false;
        }
        for (int i = head.value[field]; i < head.valueEnd[field]; i++) {
            if (!Syntax.isRequestId(head.bytes[i])) {
                return false;
            }
        }
        return true;
    }

    /** What the access log wants of the request that was just edited. */
    RequestFacts.ForLog forLog(RequestHead head, HttpSettings http) {
        String id = requestIds.last();
        for (int i = 0; i < head.fields; i++) {
            if (head.kind[i] == FieldKind.X_REQUEST_ID && !head.removed[i]) {
                id = new String(
                        head.bytes, head.value[i], head.valueEnd[i] - head.value[i], StandardCharsets.ISO_8859_1);
            }
        }
        return new RequestFacts.ForLog(
                System.currentTimeMillis(), ForwardedChain.client(head, http), head.method(), head.targetPath(), id);
    }

    private void writeRequestLine(RequestHead head) {
        if (head.version11 && head.path == head.target) {
            out.add(head.bytes, 0, head.requestLineEnd);
            return;
        }
        out.add(head.bytes, 0, head.target);
        if (head.path == head.targetEnd) {
            out.add(head.emptyPath());
        } else if (head.bytes[head.path] == '?') {
            out.add((byte) '/');
        }
        out.add(head.bytes, head.path, head.targetEnd);
        out.add(VERSION);
    }

    /** Starts one field with all the values that came in fields of {@code kind}; the caller adds one more. */
    private void writeList(byte[] name, RequestHead head, FieldKind kind) {
        out.add(name);
        for (int i = 0; i < head.fields; i++) {
            if (head.kind[i] == kind) {
                if (!head.removed[i] && head.value[i] < head.valueEnd[i]) {
                    out.add(head.bytes, head.value[i], head.valueEnd[i]);
                    out.add(LIST);
                }
                head.removed[i] = true;
            }
        }
    }

    /** RFC 7239, 4 to 6: an IPv6 address stands in brackets and quotes, and a host may need quotes for its port. */
    private void writeForwardedElement(RequestHead head, Downstream client) {
        byte[] address = client.addressBytes();
        if (client.address().indexOf(':') >= 0) {
            out.add(FOR_IPV6);
            out.add(address);
            out.add(FOR_IPV6_END);
        } else {
            out.add(FOR);
            out.add(address);
        }
        out.add(BY_HOST);
        writeHost(head, client);
        out.add(client.isSecure() ? BY_PROTO_HTTPS : BY_PROTO_HTTP);
    }

    private void writeHost(RequestHead head, Downstream client) {
        if (head.authorityEnd > head.authority) {
            out.add(head.bytes, head.authority, head.authorityEnd);
        } else if (head.host >= 0) {
            out.add(head.bytes, head.value[head.host], head.valueEnd[head.host]);
        } else {
            out.add(client.localAuthority());
        }
    }

    /** What the connection's field says to the client. */
    enum Connection {
        /** Nothing: HTTP/1.1 stays open by itself. */
        IMPLICIT,
        CLOSE,
        /** An HTTP/1.0 client asked for it. */
        KEEP_ALIVE,
        /** It is a WebSocket from here on. */
        UPGRADE
    }

    /**
     * Makes the head that lies at {@code buffer}'s reader index into what the client gets. Where it becomes no longer it is
     * written where it lies, its end staying its end, and the reader index moves to its new start.
     *
     * @param http for {@code Via}; null: none is added
     * @param addChunked the body's end is to be marked by chunks
     * @param dropChunked the client does not know chunks
     * @return null: done, the head is in {@code buffer}; else the head, which is the caller's, and that in {@code buffer}
     *     was skipped
     */
    @Nullable
    ByteBuf response(
            ByteBuf buffer,
            ByteBufAllocator allocator,
            ResponseHead head,
            @Nullable HttpSettings http,
            Connection connection,
            boolean addChunked,
            boolean dropChunked) {
        if (dropChunked) {
            for (int i = 0; i < head.fields; i++) {
                head.removed[i] |= head.kind[i] == FieldKind.TRANSFER_ENCODING || head.kind[i] == FieldKind.TRAILER;
            }
        }
        byte[] via = via(head, http);
        if (via == null
                && head.version11
                && connection == Connection.IMPLICIT
                && !addChunked
                && !head.appended
                && !anyRemoved(head)) {
            return null;
        }
        out.clear();
        out.add(STATUS_LINE);
        out.add(head.bytes, ResponseHead.STATUS, head.statusLineEnd);
        writeFields(head);
        switch (connection) {
            case IMPLICIT -> {}
            case CLOSE -> out.add(CONNECTION_CLOSE);
            case KEEP_ALIVE -> out.add(CONNECTION_KEEP_ALIVE);
            case UPGRADE -> out.add(UPGRADE);
        }
        if (addChunked) {
            out.add(CHUNKED);
        }
        if (via != null) {
            out.add(via);
        }
        out.add(LINE_END);
        if (out.length() <= head.length) {
            buffer.skipBytes(head.length - out.length());
            out.copyTo(buffer, buffer.readerIndex());
            return null;
        }
        buffer.skipBytes(head.length);
        return out.toBuffer(allocator);
    }

    /** The value of the {@code Via} that a response gets on its way; null: none is added. */
    @Nullable
    AsciiString viaValue(ResponseHead head, HttpSettings http) {
        byte[] line = via(head, http);
        return line == null
                ? null
                : new AsciiString(line, VIA_NAME_BYTES, line.length - VIA_NAME_BYTES - LINE_END.length, false);
    }

    private byte @Nullable [] via(ResponseHead head, @Nullable HttpSettings http) {
        if (http == null) {
            return null;
        }
        return head.version11 ? rulesOf(http).via() : rulesOf(http).viaOneZero();
    }

    private static boolean anyRemoved(Head head) {
        for (int i = 0; i < head.fields; i++) {
            if (head.removed[i]) {
                return true;
            }
        }
        return false;
    }

    /** The field lines that stay, in runs as long as possible. */
    private void writeFields(Head head) {
        int run = head.line[0];
        for (int i = 0; i < head.fields; i++) {
            if (head.removed[i]) {
                out.add(head.bytes, run, head.line[i]);
                run = head.line[i + 1];
            }
        }
        out.add(head.bytes, run, head.line[head.fields]);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
