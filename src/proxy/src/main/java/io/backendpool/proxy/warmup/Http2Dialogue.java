package io.backendpool.proxy.warmup;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** HTTP/2, one stream after the other (RFC 9113; header fields by RFC 7541, names and values as they are). */
final class Http2Dialogue implements Dialogue {
    private static final int FRAME_HEAD = 9;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 0x1;
    private static final int ACK = 0x1;
    private static final int END_HEADERS = 0x4;

    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int LARGE_WINDOW = 1 << 30;
    /** {@code :status: 200} of the static table. */
    private static final int STATUS_200 = 0x88;

    private static final Buffer BODY = Buffer.buffer("x".repeat(512));

    private final boolean tls;
    private Buffer heard = Buffer.buffer();
    private Buffer toSay = Buffer.buffer();
    private int stream = -1;

    Http2Dialogue(boolean tls) {
        this.tls = tls;
    }

    @Override
    public Buffer request(int number) {
        Buffer out = Buffer.buffer();
        boolean first = stream < 0;
        if (first) {
            out.appendString("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            out.appendBuffer(frame(
                    SETTINGS,
                    0,
                    0,
                    Buffer.buffer().appendShort((short) INITIAL_WINDOW_SIZE).appendInt(LARGE_WINDOW)));
            out.appendBuffer(frame(WINDOW_UPDATE, 0, 0, Buffer.buffer().appendInt(LARGE_WINDOW)));
        }
        out.appendBuffer(toSay);
        toSay = Buffer.buffer();
        stream += 2;
        boolean post = number % 4 == 1;
        String path = number % 8 == 3 ? HttpBackends.LARGE : "/warm-up?a=b";
        out.appendBuffer(
                frame(HEADERS, post ? END_HEADERS : END_HEADERS | END_STREAM, stream, head(first, post, path)));
        if (post) {
            out.appendBuffer(frame(DATA, END_STREAM, stream, BODY));
        }
        return out;
    }

    private Buffer head(boolean first, boolean post, String path) {
        // :method, :scheme, :path
        Buffer head = Buffer.buffer().appendByte((byte) (post ? 0x83 : 0x82)).appendByte((byte) (tls ? 0x87 : 0x86));
        text(head.appendByte((byte) 0x04), path);
        if (first) {
            // :authority and user-agent, which the peer is to remember.
            text(head.appendByte((byte) 0x41), "warm-up.internal");
            text(head.appendByte((byte) 0x7a), "backendpool-warm-up");
        } else {
            head.appendByte((byte) 0xbf).appendByte((byte) 0xbe);
        }
        text(text(head.appendByte((byte) 0), "accept"), "*/*");
        return text(text(head.appendByte((byte) 0), "x-forwarded-for"), "203.0.113.7");
    }

    private static Buffer text(Buffer to, String text) {
        return to.appendByte((byte) text.length()).appendString(text, StandardCharsets.US_ASCII.name());
    }

    private static Buffer frame(int type, int flags, int stream, Buffer payload) {
        return Buffer.buffer(FRAME_HEAD + payload.length())
                .appendMedium(payload.length())
                .appendByte((byte) type)
                .appendByte((byte) flags)
                .appendInt(stream)
                .appendBuffer(payload);
    }

    @Override
    public boolean hear(Buffer bytes) throws IOException {
        heard.appendBuffer(bytes);
        boolean ended = false;
        int at = 0;
        while (heard.length() - at >= FRAME_HEAD) {
            int length = heard.getUnsignedMedium(at);
            if (heard.length() - at < FRAME_HEAD + length) {
                break;
            }
            ended |= hear(at, length);
            at += FRAME_HEAD + length;
        }
        heard = heard.getBuffer(at, heard.length());
        return ended;
    }

    /** Whether the frame ends the stream of the request. */
    private boolean hear(int at, int length) throws IOException {
        int type = heard.getUnsignedByte(at + 3);
        int flags = heard.getUnsignedByte(at + 4);
        int payload = at + FRAME_HEAD;
        switch (type) {
            case HEADERS -> requireSuccess(payload);
            case RST_STREAM -> throw new IOException("the stream was reset with code " + heard.getInt(payload));
            case GOAWAY -> throw new IOException("the connection was given up with code " + heard.getInt(payload + 4));
            case SETTINGS, PING -> {
                if ((flags & ACK) == 0) {
                    Buffer answer = type == PING ? heard.getBuffer(payload, payload + length) : Buffer.buffer();
                    toSay.appendBuffer(frame(type, ACK, 0, answer));
                }
            }
            default -> {
                // A window of ours is larger than what is sent; data is known.
            }
        }
        return (type == HEADERS || type == DATA) && (flags & END_STREAM) != 0;
    }

    private void requireSuccess(int payload) throws IOException {
        int at = payload;
        // RFC 7541, 6.3: the size of the table may be said before.
        while ((heard.getUnsignedByte(at) & 0xe0) == 0x20) {
            at++;
        }
        if (heard.getUnsignedByte(at) != STATUS_200) {
            throw new IOException("answered with another status than 200");
        }
    }
}
