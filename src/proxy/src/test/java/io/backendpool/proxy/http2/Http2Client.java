package io.backendpool.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client of HTTP/2 by prior knowledge that does what it is told, frame by frame, whether that is allowed or not. */
final class Http2Client implements AutoCloseable {
    static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    private static final int MAX_FRAME = 16_384;

    @SuppressWarnings("ArrayRecordComponent") // never compared, nobody writes to it
    record Frame(int type, int flags, int stream, byte[] payload) {
        /** The next one of {@code in}; null: it ends. */
        @Nullable
        static Frame next(InputStream in) throws IOException {
            byte[] head = in.readNBytes(9);
            if (head.length < 9) {
                return null;
            }
            ByteBuf header = Unpooled.wrappedBuffer(head);
            int length = header.readUnsignedMedium();
            Frame frame = new Frame(
                    header.readUnsignedByte(), header.readUnsignedByte(), header.readInt(), in.readNBytes(length));
            if (frame.payload().length < length) {
                throw new EOFException();
            }
            return frame;
        }

        boolean has(int flag) {
            return (flags & flag) != 0;
        }

        int code() {
            return Unpooled.wrappedBuffer(payload).getInt(type == GOAWAY ? 4 : 0);
        }
    }

    /** What came on one stream until its end. */
    static final class Response {
        @Nullable
        Http2Headers head;

        @Nullable
        Http2Headers trailers;

        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean ended;
        /** -1: it was not reset. */
        int reset = -1;

        String status() {
            return head == null ? "none" : String.valueOf(head.status());
        }

        String field(String name) {
            return head == null ? "none" : String.valueOf(head.get(name));
        }

        /** All fields of that name. */
        List<String> fields(String name) {
            return head == null
                    ? List.of()
                    : head.getAll(name).stream().map(CharSequence::toString).toList();
        }

        String trailer(String name) {
            return trailers == null ? "none" : String.valueOf(trailers.get(name));
        }

        String text() {
            return body.toString(StandardCharsets.ISO_8859_1);
        }
    }

    final Socket socket;
    private final InputStream in;
    private final DefaultHttp2HeadersEncoder encoder =
            new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE, false);
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private final Map<Integer, Response> responses = new HashMap<>();
    /** Credit is given for what comes. */
    boolean givesCredit = true;
    /** The error code of the GOAWAY that came last; -1: none. */
    int goAway = -1;

    int goAwayLast = -1;

    private Http2Client(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        in = socket.getInputStream();
    }

    /** Nothing was sent yet. */
    static Http2Client silent(int port) throws IOException {
        return new Http2Client(port);
    }

    /** The preface and empty settings were sent. */
    static Http2Client to(int port) throws IOException {
        Http2Client client = new Http2Client(port);
        client.raw(PREFACE.getBytes(StandardCharsets.US_ASCII));
        client.frame(SETTINGS, 0, 0);
        return client;
    }

    void raw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    Http2Client frame(int type, int flags, int stream, byte... payload) throws IOException {
        raw(frameBytes(type, flags, stream, payload));
        return this;
    }

    static byte[] frameBytes(int type, int flags, int stream, byte... payload) {
        ByteBuf out = Unpooled.buffer();
        out.writeMedium(payload.length).writeByte(type).writeByte(flags).writeInt(stream);
        return ByteBufUtil.getBytes(out.writeBytes(payload));
    }

    /** Names and values by turns, in that order. */
    byte[] block(String... fields) throws IOException {
        ByteBuf out = Unpooled.buffer();
        for (int i = 0; i < fields.length; i += 2) {
            // One at a time: Netty would put pseudo-header fields first.
            Http2Headers one = new DefaultHttp2Headers(false).add(fields[i], fields[i + 1]);
            try {
                encoder.encodeHeaders(1, one, out);
            } catch (Http2Exception e) {
                throw new IOException(e);
            }
        }
        return ByteBufUtil.getBytes(out);
    }

    Http2Client headers(int stream, boolean end, String... fields) throws IOException {
        byte[] block = block(fields);
        int first = Math.min(block.length, MAX_FRAME);
        int flags = (end ? END_STREAM : 0) | (first == block.length ? END_HEADERS : 0);
        frame(HEADERS, flags, stream, Arrays.copyOf(block, first));
        for (int from = first; from < block.length; from += MAX_FRAME) {
            int to = Math.min(block.length, from + MAX_FRAME);
            frame(CONTINUATION, to == block.length ? END_HEADERS : 0, stream, Arrays.copyOfRange(block, from, to));
        }
        return this;
    }

    Http2Client get(int stream, String path) throws IOException {
        return headers(stream, true, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", path);
    }

    Http2Client post(int stream, String path, String... more) throws IOException {
        String[] fields = new String[8 + more.length];
        System.arraycopy(
                new String[] {":method", "POST", ":scheme", "http", ":authority", "a", ":path", path}, 0, fields, 0, 8);
        System.arraycopy(more, 0, fields, 8, more.length);
        return headers(stream, false, fields);
    }

    Http2Client data(int stream, boolean end, String text) throws IOException {
        return frame(DATA, end ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static byte[] intBytes(int... values) {
        ByteBuf out = Unpooled.buffer();
        for (int value : values) {
            out.writeInt(value);
        }
        return ByteBufUtil.getBytes(out);
    }

    /** The next frame; null: the connection has ended. What belongs to a response was added to it. */
    @Nullable
    Frame read() throws IOException {
        Frame frame = Frame.next(in);
        if (frame != null) {
            handle(frame);
        }
        return frame;
    }

    private void handle(Frame frame) throws IOException {
        switch (frame.type()) {
            case SETTINGS -> {
                if (!frame.has(ACK)) {
                    frame(SETTINGS, ACK, 0);
                }
            }
            case PING -> {
                if (!frame.has(ACK)) {
                    frame(PING, ACK, 0, frame.payload());
                }
            }
            case HEADERS -> {
                Response response = response(frame.stream());
                Http2Headers headers = decode(frame);
                if (response.head == null
                        || String.valueOf(response.head.status()).startsWith("1")) {
                    response.head = headers;
                } else {
                    response.trailers = headers;
                }
                response.ended |= frame.has(END_STREAM);
            }
            case DATA -> {
                Response response = response(frame.stream());
                response.body.write(frame.payload());
                response.ended |= frame.has(END_STREAM);
                if (givesCredit && frame.payload().length > 0) {
                    frame(WINDOW_UPDATE, 0, 0, intBytes(frame.payload().length));
                    if (!response.ended) {
                        frame(WINDOW_UPDATE, 0, frame.stream(), intBytes(frame.payload().length));
                    }
                }
            }
            case RST_STREAM -> response(frame.stream()).reset = frame.code();
            case GOAWAY -> {
                goAway = frame.code();
                goAwayLast = Unpooled.wrappedBuffer(frame.payload()).getInt(0);
            }
            default -> {}
        }
    }

    private Http2Headers decode(Frame frame) throws IOException {
        try {
            return decoder.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    Response response(int stream) {
        return responses.computeIfAbsent(stream, unused -> new Response());
    }

    /** Reads until the stream has ended in one way or the other. */
    Response await(int stream) throws IOException {
        Response response = response(stream);
        while (!response.ended && response.reset < 0) {
            if (read() == null) {
                throw new EOFException("the connection ended, GOAWAY: " + goAway);
            }
        }
        return response;
    }

    /** Reads until the head has come. */
    Response awaitHead(int stream) throws IOException {
        Response response = response(stream);
        while (response.head == null && response.reset < 0) {
            if (read() == null) {
                throw new EOFException("the connection ended, GOAWAY: " + goAway);
            }
        }
        return response;
    }

    /** Reads until the connection's end; the code of the last GOAWAY. */
    int awaitGoAway() throws IOException {
        try {
            Frame frame;
            do {
                frame = read();
            } while (frame != null);
        } catch (SocketException e) {
            // reset: we sent more than it wanted to read
        }
        return goAway;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
