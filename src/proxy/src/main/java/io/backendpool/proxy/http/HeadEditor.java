package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes heads as they are forwarded: the runs of bytes between the removed fields are copied as they are, then what the
 * proxy adds. All editing of heads is here. Event loop only.
 *
 * <p>Added to a request: {@code X-Forwarded-For} with the client's address after what came; {@code X-Forwarded-Proto} and
 * {@code X-Forwarded-Host} where they are absent; {@code X-Request-Id} where it is absent or empty. Taken away, in both
 * directions: the fields of the connection (RFC 9110, 7.6.1).
 */
final class HeadEditor {
    private static final byte[] VERSION = ascii(" HTTP/1.1\r\n");
    private static final byte[] HOST = ascii("Host: ");
    private static final byte[] FORWARDED_FOR = ascii("X-Forwarded-For: ");
    private static final byte[] FORWARDED_HOST = ascii("X-Forwarded-Host: ");
    private static final byte[] FORWARDED_PROTO_HTTP = ascii("X-Forwarded-Proto: http\r\n");
    private static final byte[] REQUEST_ID = ascii("X-Request-Id: ");
    private static final byte[] LINE_END = ascii("\r\n");
    private static final byte[] LIST = ascii(", ");
    private static final byte[] STATUS_LINE = ascii("HTTP/1.1 ");
    private static final byte[] CONNECTION_CLOSE = ascii("Connection: close\r\n");
    private static final byte[] CONNECTION_KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
    private static final byte[] UPGRADE = ascii("Connection: Upgrade\r\nUpgrade: websocket\r\n");
    private static final byte[] TRAILERS_ACCEPTED = ascii("Connection: TE\r\nTE: trailers\r\n");
    private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
    /** Room for all that is added beside the client's address and a copied Host. */
    private static final int ADDED = 256;

    private final RequestIds requestIds;

    HeadEditor(RequestIds requestIds) {
        this.requestIds = requestIds;
    }

    /** The head as the backend gets it; the caller owns it. */
    ByteBuf request(ByteBufAllocator allocator, RequestHead head, byte[] clientAddress, byte[] localAuthority) {
        boolean hasProto = false;
        boolean hasForwardedHost = false;
        boolean hasRequestId = false;
        boolean absolute = head.authorityEnd > head.authority;
        for (int i = 0; i < head.fields; i++) {
            switch (head.kind[i]) {
                case X_FORWARDED_PROTO -> hasProto |= !head.removed[i];
                case X_FORWARDED_HOST -> hasForwardedHost |= !head.removed[i];
                case X_REQUEST_ID -> {
                    boolean empty = head.value[i] == head.valueEnd[i];
                    head.removed[i] |= empty || hasRequestId;
                    hasRequestId |= !head.removed[i];
                }
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
                        X_FORWARDED_FOR,
                        PROXY_CONNECTION,
                        TRANSFER_ENCODING -> {}
            }
        }
        int room = head.length * 2 + clientAddress.length + localAuthority.length + ADDED;
        ByteBuf out = allocator.directBuffer(room);
        writeRequestLine(out, head);
        writeForwardedFor(out, head, clientAddress);
        writeFields(out, head);
        if (head.host < 0 || absolute) {
            out.writeBytes(HOST);
            writeHostValue(out, head, localAuthority);
        }
        if (head.upgrade) {
            out.writeBytes(UPGRADE);
        } else if (head.trailersAccepted()) {
            out.writeBytes(TRAILERS_ACCEPTED);
        }
        if (!hasProto) {
            out.writeBytes(FORWARDED_PROTO_HTTP);
        }
        if (!hasForwardedHost) {
            out.writeBytes(FORWARDED_HOST);
            writeHostValue(out, head, localAuthority);
        }
        if (!hasRequestId) {
            out.writeBytes(REQUEST_ID);
            requestIds.writeNext(out);
            out.writeBytes(LINE_END);
        }
        return out.writeBytes(LINE_END);
    }

    /** What the access log wants of the request that was just edited. */
    RequestFacts.ForLog forLog(RequestHead head) {
        String id = requestIds.last();
        for (int i = 0; i < head.fields; i++) {
            if (head.kind[i] == FieldKind.X_REQUEST_ID && !head.removed[i]) {
                id = new String(
                        head.bytes, head.value[i], head.valueEnd[i] - head.value[i], StandardCharsets.ISO_8859_1);
            }
        }
        return new RequestFacts.ForLog(System.currentTimeMillis(), head.method(), head.targetPath(), id);
    }

    private static void writeRequestLine(ByteBuf out, RequestHead head) {
        if (head.version11 && head.path == head.target) {
            out.writeBytes(head.bytes, 0, head.requestLineEnd);
            return;
        }
        out.writeBytes(head.bytes, 0, head.target);
        if (head.path == head.targetEnd) {
            out.writeByte(head.emptyPath());
        } else if (head.bytes[head.path] == '?') {
            out.writeByte('/');
        }
        out.writeBytes(head.bytes, head.path, head.targetEnd - head.path);
        out.writeBytes(VERSION);
    }

    /** One field of all the values that came and the client's address. */
    private static void writeForwardedFor(ByteBuf out, RequestHead head, byte[] clientAddress) {
        out.writeBytes(FORWARDED_FOR);
        for (int i = 0; i < head.fields; i++) {
            if (head.kind[i] == FieldKind.X_FORWARDED_FOR) {
                if (!head.removed[i] && head.value[i] < head.valueEnd[i]) {
                    out.writeBytes(head.bytes, head.value[i], head.valueEnd[i] - head.value[i]);
                    out.writeBytes(LIST);
                }
                head.removed[i] = true;
            }
        }
        out.writeBytes(clientAddress);
        out.writeBytes(LINE_END);
    }

    private static void writeHostValue(ByteBuf out, RequestHead head, byte[] localAuthority) {
        if (head.authorityEnd > head.authority) {
            out.writeBytes(head.bytes, head.authority, head.authorityEnd - head.authority);
        } else if (head.host >= 0) {
            out.writeBytes(head.bytes, head.value[head.host], head.valueEnd[head.host] - head.value[head.host]);
        } else {
            out.writeBytes(localAuthority);
        }
        out.writeBytes(LINE_END);
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
     * The head as the client gets it, the caller owns it; null: {@code head} can pass as it came.
     *
     * @param addChunked the body's end is to be marked by chunks
     * @param dropChunked the client does not know chunks
     */
    @Nullable
    ByteBuf response(
            ByteBufAllocator allocator,
            ResponseHead head,
            Connection connection,
            boolean addChunked,
            boolean dropChunked) {
        if (dropChunked) {
            for (int i = 0; i < head.fields; i++) {
                head.removed[i] |= head.kind[i] == FieldKind.TRANSFER_ENCODING || head.kind[i] == FieldKind.TRAILER;
            }
        }
        if (head.version11 && connection == Connection.IMPLICIT && !addChunked && !anyRemoved(head)) {
            return null;
        }
        ByteBuf out = allocator.directBuffer(head.length + ADDED);
        out.writeBytes(STATUS_LINE);
        out.writeBytes(head.bytes, ResponseHead.STATUS, head.statusLineEnd - ResponseHead.STATUS);
        writeFields(out, head);
        switch (connection) {
            case IMPLICIT -> {}
            case CLOSE -> out.writeBytes(CONNECTION_CLOSE);
            case KEEP_ALIVE -> out.writeBytes(CONNECTION_KEEP_ALIVE);
            case UPGRADE -> out.writeBytes(UPGRADE);
        }
        if (addChunked) {
            out.writeBytes(CHUNKED);
        }
        return out.writeBytes(LINE_END);
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
    private static void writeFields(ByteBuf out, Head head) {
        int run = head.line[0];
        for (int i = 0; i < head.fields; i++) {
            if (head.removed[i]) {
                out.writeBytes(head.bytes, run, head.line[i] - run);
                run = head.line[i + 1];
            }
        }
        out.writeBytes(head.bytes, run, head.line[head.fields] - run);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
