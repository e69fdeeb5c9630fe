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
    private static final byte[] REQUEST_ID = ascii("X-Request-Id: ");
    private static final byte[] LINE_END = ascii("\r\n");
    private static final byte[] LIST = ascii(", ");
    private static final byte[] STATUS_LINE = ascii("HTTP/1.1 ");
    private static final byte[] CONNECTION_CLOSE = ascii("Connection: close\r\n");
    private static final byte[] CONNECTION_KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
    private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");

    private final RequestIds requestIds;
    /** A head is put together here, because an array costs less to write to than a buffer. */
    private final HeadBytes out = new HeadBytes();

    HeadEditor(RequestIds requestIds) {
        this.requestIds = requestIds;
    }

    /** The head as the backend gets it; the caller owns it. */
    ByteBuf request(
            ByteBufAllocator allocator, RequestHead head, Scheme scheme, byte[] clientAddress, byte[] localAuthority) {
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
        out.clear();
        writeRequestLine(head);
        writeForwardedFor(head, clientAddress);
        writeFields(head);
        if (head.host < 0 || absolute) {
            out.add(HOST);
            writeHostValue(head, localAuthority);
        }
        if (!hasProto) {
            out.add(scheme.forwardedProto());
        }
        if (!hasForwardedHost) {
            out.add(FORWARDED_HOST);
            writeHostValue(head, localAuthority);
        }
        if (!hasRequestId) {
            out.add(REQUEST_ID);
            out.add(requestIds.next());
            out.add(LINE_END);
        }
        out.add(LINE_END);
        return out.toBuffer(allocator);
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

    /** One field of all the values that came and the client's address. */
    private void writeForwardedFor(RequestHead head, byte[] clientAddress) {
        out.add(FORWARDED_FOR);
        for (int i = 0; i < head.fields; i++) {
            if (head.kind[i] == FieldKind.X_FORWARDED_FOR) {
                if (!head.removed[i] && head.value[i] < head.valueEnd[i]) {
                    out.add(head.bytes, head.value[i], head.valueEnd[i]);
                    out.add(LIST);
                }
                head.removed[i] = true;
            }
        }
        out.add(clientAddress);
        out.add(LINE_END);
    }

    private void writeHostValue(RequestHead head, byte[] localAuthority) {
        if (head.authorityEnd > head.authority) {
            out.add(head.bytes, head.authority, head.authorityEnd);
        } else if (head.host >= 0) {
            out.add(head.bytes, head.value[head.host], head.valueEnd[head.host]);
        } else {
            out.add(localAuthority);
        }
        out.add(LINE_END);
    }

    /** What the connection's field says to the client. */
    enum Connection {
        /** Nothing: HTTP/1.1 stays open by itself. */
        IMPLICIT,
        CLOSE,
        /** An HTTP/1.0 client asked for it. */
        KEEP_ALIVE
    }

    /**
     * Makes the head that lies at {@code buffer}'s reader index into what the client gets. Where it becomes no longer it is
     * written where it lies, its end staying its end, and the reader index moves to its new start.
     *
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
        out.clear();
        out.add(STATUS_LINE);
        out.add(head.bytes, ResponseHead.STATUS, head.statusLineEnd);
        writeFields(head);
        switch (connection) {
            case IMPLICIT -> {}
            case CLOSE -> out.add(CONNECTION_CLOSE);
            case KEEP_ALIVE -> out.add(CONNECTION_KEEP_ALIVE);
        }
        if (addChunked) {
            out.add(CHUNKED);
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
