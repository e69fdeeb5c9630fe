package io.backendpool.proxy.stream;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the server name of the first message of a TLS connection: records (RFC 8446, 5.1), ClientHello (4.1.2), server_name
 * (RFC 6066, 3). Strict in all that is read, since what is read otherwise by a backend could go to the wrong one; what is
 * not needed for the name is passed over. Pure.
 */
final class ClientHello {
    /** Of the bytes up to the end of the message, with the headers of its records. */
    static final int MAX_BYTES = 16 * 1024;

    // RFC 8446, 6
    static final int UNEXPECTED_MESSAGE = 10;
    static final int RECORD_OVERFLOW = 22;
    static final int ILLEGAL_PARAMETER = 47;
    static final int DECODE_ERROR = 50;
    static final int PROTOCOL_VERSION = 70;
    /** RFC 6066, 3. */
    static final int UNRECOGNIZED_NAME = 112;

    private static final int RECORD_HEADER = 5;
    private static final int HANDSHAKE_RECORD = 22;
    private static final int MAX_RECORD = 1 << 14;
    private static final int MESSAGE_HEADER = 4;
    private static final int CLIENT_HELLO = 1;
    private static final int VERSION_AND_RANDOM = 2 + 32;
    private static final int MAX_SESSION_ID = 32;
    private static final int SERVER_NAME = 0;
    private static final int HOST_NAME = 0;
    private static final int MAX_NAME = 253;
    private static final int MAX_LABEL = 63;

    /** What the bytes so far are. */
    sealed interface Result permits Incomplete, Malformed, Hello {}

    /**
     * The beginning of a message.
     *
     * @param needed there is no more to say before so many bytes are there
     */
    record Incomplete(int needed) implements Result {}

    /**
     * No ClientHello, whatever follows.
     *
     * @param alert the description that TLS has for it
     */
    record Malformed(int alert) implements Result {}

    /**
     * A whole ClientHello.
     *
     * @param serverName lower case; null: the client names none
     */
    record Hello(@Nullable String serverName) implements Result {}

    private ClientHello() {}

    /** Looks at the readable bytes of {@code in}, and takes none of them. */
    static Result parse(ByteBuf in) {
        int start = in.readerIndex();
        int readable = in.readableBytes();
        byte[] message = new byte[Math.min(readable, MAX_BYTES)];
        int have = 0;
        int record = 0;
        while (true) {
            Malformed wrong = wrongRecord(in, start + record, readable - record);
            if (wrong != null) {
                return wrong;
            }
            int data = record + RECORD_HEADER;
            if (readable < data) {
                return data > MAX_BYTES ? new Malformed(DECODE_ERROR) : new Incomplete(data);
            }
            int length = in.getUnsignedShort(start + data - 2);
            int there = Math.min(Math.min(length, readable - data), message.length - have);
            in.getBytes(start + data, message, have, there);
            have += there;
            if (have > 0 && message[0] != CLIENT_HELLO) {
                return new Malformed(UNEXPECTED_MESSAGE);
            }
            int wanted = have < MESSAGE_HEADER ? MESSAGE_HEADER : MESSAGE_HEADER + unsigned24(message, 1);
            int missing = wanted - have;
            int end = data + there + missing;
            if (end > MAX_BYTES) {
                return new Malformed(DECODE_ERROR);
            }
            if (missing <= 0 && have >= MESSAGE_HEADER) {
                return body(new Cursor(message, MESSAGE_HEADER, wanted));
            }
            if (there < length) {
                return new Incomplete(Math.min(end, data + length));
            }
            record = data + length;
        }
    }

    /** What is wrong with as much of a record's header as is there. */
    private static @Nullable Malformed wrongRecord(ByteBuf in, int at, int there) {
        if (there >= 1 && in.getUnsignedByte(at) != HANDSHAKE_RECORD) {
            return new Malformed(UNEXPECTED_MESSAGE);
        }
        if (there >= 2 && in.getUnsignedByte(at + 1) != 3) {
            return new Malformed(PROTOCOL_VERSION);
        }
        if (there < RECORD_HEADER) {
            return null;
        }
        int length = in.getUnsignedShort(at + 3);
        if (length > MAX_RECORD) {
            return new Malformed(RECORD_OVERFLOW);
        }
        // RFC 8446, 5.1: no fragment of a handshake is empty.
        return length == 0 ? new Malformed(UNEXPECTED_MESSAGE) : null;
    }

    private static Result body(Cursor body) {
        body.skip(VERSION_AND_RANDOM);
        int sessionId = body.unsigned8();
        body.skip(sessionId);
        int cipherSuites = body.unsigned16();
        body.skip(cipherSuites);
        int compressions = body.unsigned8();
        body.skip(compressions);
        if (body.isShort()
                || sessionId > MAX_SESSION_ID
                || cipherSuites < 2
                || cipherSuites % 2 != 0
                || compressions < 1) {
            return new Malformed(DECODE_ERROR);
        }
        // TLS 1.2 and older may have no extensions at all.
        return body.left() == 0 ? new Hello(null) : extensions(body);
    }

    private static Result extensions(Cursor body) {
        int length = body.unsigned16();
        if (body.isShort() || length != body.left()) {
            return new Malformed(DECODE_ERROR);
        }
        Result hello = null;
        while (body.left() > 0) {
            int type = body.unsigned16();
            Cursor extension = body.vector(body.unsigned16());
            if (body.isShort()) {
                return new Malformed(DECODE_ERROR);
            }
            if (type != SERVER_NAME) {
                continue;
            }
            if (hello != null) {
                return new Malformed(ILLEGAL_PARAMETER);
            }
            hello = serverName(extension);
            if (hello instanceof Malformed) {
                return hello;
            }
        }
        return hello == null ? new Hello(null) : hello;
    }

    private static Result serverName(Cursor extension) {
        int length = extension.unsigned16();
        if (extension.isShort() || length == 0 || length != extension.left()) {
            return new Malformed(DECODE_ERROR);
        }
        String host = null;
        while (extension.left() > 0) {
            int type = extension.unsigned8();
            Cursor name = extension.vector(extension.unsigned16());
            if (extension.isShort()) {
                return new Malformed(DECODE_ERROR);
            }
            if (type != HOST_NAME) {
                continue;
            }
            if (host != null) {
                return new Malformed(ILLEGAL_PARAMETER);
            }
            host = name.hostName();
            if (host == null) {
                return new Malformed(ILLEGAL_PARAMETER);
            }
        }
        return new Hello(host);
    }

    private static int unsigned24(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 16 | (bytes[at + 1] & 0xFF) << 8 | (bytes[at + 2] & 0xFF);
    }

    /** A part of the message that is read from its beginning; once it was too short it stays so. */
    private static final class Cursor {
        private final byte[] bytes;
        private final int end;
        private int at;
        private boolean tooShort;

        Cursor(byte[] bytes, int from, int end) {
            this.bytes = bytes;
            this.at = from;
            this.end = end;
        }

        int left() {
            return end - at;
        }

        boolean isShort() {
            return tooShort;
        }

        int unsigned8() {
            return take(1) ? bytes[at - 1] & 0xFF : 0;
        }

        int unsigned16() {
            return take(2) ? (bytes[at - 2] & 0xFF) << 8 | (bytes[at - 1] & 0xFF) : 0;
        }

        void skip(int count) {
            take(count);
        }

        Cursor vector(int length) {
            return take(length) ? new Cursor(bytes, at - length, at) : new Cursor(bytes, end, end);
        }

        private boolean take(int count) {
            if (tooShort || count > end - at) {
                tooShort = true;
                return false;
            }
            at += count;
            return true;
        }

        /** All of it as the name of a host without a dot at its end, lower case; null: it is none. */
        @Nullable
        String hostName() {
            int length = left();
            if (length == 0 || length > MAX_NAME) {
                return null;
            }
            int label = 0;
            for (int i = at; i < end; i++) {
                byte c = bytes[i];
                if (c == '.') {
                    if (label == 0) {
                        return null;
                    }
                    label = 0;
                } else if (!isNameByte(c) || ++label > MAX_LABEL) {
                    return null;
                } else if (c >= 'A' && c <= 'Z') {
                    bytes[i] = (byte) (c | 0x20);
                }
            }
            return label == 0 ? null : new String(bytes, at, length, StandardCharsets.US_ASCII);
        }

        private static boolean isNameByte(byte c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        }
    }
}
