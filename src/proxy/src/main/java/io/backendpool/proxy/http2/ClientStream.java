package io.backendpool.proxy.http2;

import io.backendpool.proxy.http.Downstream;
import io.backendpool.proxy.http.Exchange;
import io.backendpool.proxy.http.Fields;
import io.backendpool.proxy.http.Relay;
import io.backendpool.proxy.http.Reply;
import io.backendpool.proxy.http.RequestFacts;
import io.backendpool.proxy.http.ResponseSink;
import io.backendpool.proxy.upstream.ClientUpstreams;
import io.backendpool.proxy.upstream.LoopPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a client: gives its request to an {@link Exchange} as HTTP/1.1 has it, and the response's parts to the
 * client as frames. What the exchange cannot take yet is held here, and credit for it is given back to the client only when
 * it was taken. Event loop only.
 */
final class ClientStream implements Downstream, ResponseSink {
    /** A part of the request that waits, and what it took of the stream's window. */
    private record Held(ByteBuf bytes, int credit) {}

    private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
    private static final AsciiString GRPC_MESSAGE = AsciiString.cached("grpc-message");
    private static final AsciiString GRPC_TYPE = AsciiString.cached("application/grpc");
    private static final AsciiString TEXT = AsciiString.cached("text/plain; charset=utf-8");
    private static final AsciiString WEBSOCKET_ACCEPT = AsciiString.cached("sec-websocket-accept");
    /** UNAVAILABLE: may be tried again. */
    private static final AsciiString GRPC_UNAVAILABLE = AsciiString.cached("14");

    /** The time was over; not to be tried again as it is. */
    private static final AsciiString GRPC_DEADLINE_EXCEEDED = AsciiString.cached("4");

    private static final AsciiString GRPC_UNIMPLEMENTED = AsciiString.cached("12");
    private static final AsciiString GRPC_INTERNAL = AsciiString.cached("13");

    private final ClientHttp2Connection connection;
    private final Http2Stream stream;
    private final Deque<Held> held = new ArrayDeque<>(0);
    private @Nullable Exchange exchange;
    private long missing = -1;
    private boolean chunked;
    private boolean grpc;
    private long timeLimitMillis;
    private boolean webSocket;
    private boolean started;
    private boolean requestEnded;
    private boolean responseBegun;
    private boolean responseEnded;
    /** The end of a tunnel's output was sent, while its input may go on. */
    private boolean outputEnded;

    private boolean giving;
    private int idleSince;

    ClientStream(ClientHttp2Connection connection, Http2Stream stream) {
        this.connection = connection;
        this.stream = stream;
        this.idleSince = connection.loop().tick();
    }

    // What the client sends

    /** The request's head. */
    void open(Http2Headers headers, boolean endOfStream) throws Http2Exception {
        RequestTranslator translator = connection.translator();
        ByteBuf head = allocator().directBuffer(1024);
        RequestTranslator.Verdict verdict = translator.translate(headers, endOfStream, head);
        grpc = translator.grpc();
        timeLimitMillis = translator.grpcTimeoutMillis();
        requestEnded = endOfStream;
        switch (verdict) {
            case MALFORMED -> {
                head.release();
                throw connection.malformed(stream.id(), translator.problem());
            }
            case NOT_IMPLEMENTED -> {
                head.release();
                connection.loop().refuse(this, Reply.refused(501, translator.problem()));
                return;
            }
            case FORWARD -> {}
        }
        chunked = translator.chunked();
        missing = translator.contentLength();
        webSocket = translator.webSocket();
        Exchange next = connection.loop().begin(this, head);
        exchange = next;
        if (next != null && endOfStream) {
            start();
        }
    }

    /** Sends what is here of the request to a backend, if that was not begun yet. */
    void start() {
        Exchange current = exchange;
        if (current != null && !started) {
            started = true;
            // It asks for the rest once it has a connection, and to give it flushes, the head too.
            current.tryNextBackend();
        }
    }

    /** Part of the body. Returns how much of the stream's window is free again. */
    int data(ByteBuf data, int padding, boolean endOfStream) throws Http2Exception {
        int length = data.readableBytes();
        requestEnded |= endOfStream;
        if (missing >= 0) {
            missing -= length;
            if (missing < 0 || (endOfStream && missing > 0)) {
                throw malformed("DATA is not as long as content-length says (RFC 9113, 8.1.1)");
            }
        }
        if (exchange == null) {
            return length + padding;
        }
        if (length > 0) {
            hold(chunked ? BodyBytes.chunk(allocator(), data, endOfStream) : data.retainedSlice(), length);
        } else if (endOfStream && chunked) {
            holdEnd(null);
        }
        return padding + give();
    }

    /** The request's trailers, with which it ends. */
    void trailers(Http2Headers trailers, boolean endOfStream) throws Http2Exception {
        if (!endOfStream || requestEnded || webSocket) {
            throw malformed("a second head (RFC 9113, 8.1)");
        }
        requestEnded = true;
        if (missing > 0) {
            throw malformed("DATA is not as long as content-length says (RFC 9113, 8.1.1)");
        }
        if (exchange == null) {
            return;
        }
        if (chunked) {
            holdEnd(trailers);
        }
        connection.consumed(stream, give());
    }

    private void holdEnd(@Nullable Http2Headers trailers) throws Http2Exception {
        ByteBuf last = BodyBytes.lastChunk(allocator(), trailers);
        if (last == null) {
            throw malformed("malformed trailers (RFC 9113, 8.1)");
        }
        hold(last, 0);
    }

    private Http2Exception malformed(String sentence) {
        return Http2Exception.streamError(stream.id(), Http2Error.PROTOCOL_ERROR, "%s", sentence);
    }

    private void hold(ByteBuf bytes, int credit) {
        held.addLast(new Held(bytes, credit));
    }

    /** Gives the exchange what it can take of what is held; returns how much of the stream's window that frees. */
    private int give() {
        if (giving) {
            return 0;
        }
        giving = true;
        int credit = 0;
        try {
            Exchange current;
            do {
                while ((current = exchange) != null && mayGive(current)) {
                    credit += giveNext(current);
                }
                if (current != null && started) {
                    current.flushUpstream();
                    if (webSocket && requestEnded && held.isEmpty()) {
                        current.clientInputEnded();
                    }
                }
                // The flush may have made room, of which the exchange told while giving.
            } while ((current = exchange) != null && mayGive(current));
        } finally {
            giving = false;
        }
        return credit;
    }

    private int giveNext(Exchange current) {
        Held next = held.removeFirst();
        try {
            current.takeBody(next.bytes());
        } finally {
            next.bytes().release();
        }
        return next.credit();
    }

    private boolean mayGive(Exchange current) {
        return !held.isEmpty() && !current.requestComplete() && current.canTakeBody();
    }

    /** The stream is gone, whoever ended it. */
    void closed() {
        Exchange current = exchange;
        exchange = null;
        if (current != null && !responseEnded) {
            current.clientGone();
        }
        dropHeld();
    }

    /** It was asked for something that was not answered yet. */
    boolean isUnanswered() {
        return exchange != null && !responseEnded;
    }

    void writabilityChanged() {
        if (exchange != null) {
            exchange.clientWritabilityChanged();
        }
    }

    void onTick(int now) {
        Exchange current = exchange;
        if (current != null) {
            if (started) {
                current.onTick(now);
            }
        } else if (now - idleSince > connection.loop().policy().streamTicks()) {
            // All was written, but the client opens no window for it.
            connection.reset(stream.id(), Http2Error.CANCEL);
        }
    }

    private void dropHeld() {
        Held next;
        while ((next = held.pollFirst()) != null) {
            next.bytes().release();
        }
    }

    // What the exchange asks for

    @Override
    public ByteBufAllocator allocator() {
        return connection.allocator();
    }

    @Override
    public String address() {
        return connection.address();
    }

    @Override
    public @Nullable InetAddress source() {
        return connection.upstreams().source();
    }

    @Override
    public @Nullable String serverName() {
        return connection.serverName();
    }

    @Override
    public byte[] addressBytes() {
        return connection.addressBytes();
    }

    /** Never asked for: a head without a Host was refused. */
    @Override
    public byte[] localAuthority() {
        return "localhost".getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] localPort() {
        return connection.localPort();
    }

    @Override
    public boolean isSecure() {
        return connection.isSecure();
    }

    @Override
    public ClientUpstreams upstreams() {
        return connection.upstreams();
    }

    @Override
    public boolean isWritable() {
        // A head needs no window: one that takes all of the connection's must not hold up what has none to send.
        return !responseBegun || connection.isWritable(stream);
    }

    @Override
    public void flush() {
        connection.flushLater();
    }

    @Override
    public Relay relay(RequestFacts facts, LoopPolicy policy, Relay.@Nullable Judge judge) {
        return connection.loop().relay(this, facts, policy, judge, this);
    }

    @Override
    public long timeLimitMillis() {
        return timeLimitMillis;
    }

    @Override
    public void requestWanted() {
        connection.consumed(stream, give());
    }

    @Override
    public void endOutput() {
        if (!responseEnded) {
            responseEnded = true;
            outputEnded = true;
            connection.writeData(stream.id(), Unpooled.EMPTY_BUFFER, true, true);
            flush();
        }
    }

    @Override
    public void exchangeEnded(boolean keep) {
        exchange = null;
        idleSince = connection.loop().tick();
        dropHeld();
        if (outputEnded && !requestEnded) {
            connection.reset(stream.id(), Http2Error.NO_ERROR);
        }
        flush();
    }

    @Override
    public void reply(Reply reply, boolean toHead, boolean keep) {
        exchange = null;
        idleSince = connection.loop().tick();
        dropHeld();
        responseEnded = true;
        if (grpc) {
            connection.writeHeaders(stream.id(), grpcReply(reply), true, requestEnded);
        } else {
            byte[] text = (reply.text() + "\n").getBytes(StandardCharsets.UTF_8);
            connection.writeHeaders(stream.id(), textReply(reply, text.length), toHead, requestEnded);
            if (!toHead) {
                connection.writeData(
                        stream.id(), allocator().directBuffer(text.length).writeBytes(text), true, requestEnded);
            }
        }
        flush();
    }

    private static Http2Headers textReply(Reply reply, int length) {
        AsciiString status = HeadersOut.status(reply.status());
        AsciiString proxyStatus = new AsciiString("backendpool; error=" + reply.error());
        AsciiString contentLength = new AsciiString(Integer.toString(length));
        AsciiString[] fields = {
            FieldRules.CONTENT_TYPE,
            TEXT,
            FieldRules.CONTENT_LENGTH,
            contentLength,
            AsciiString.cached("cache-control"),
            AsciiString.cached("no-store"),
            AsciiString.cached("proxy-status"),
            proxyStatus
        };
        if (reply.status() != 503) {
            return ReadOnlyHttp2Headers.serverHeaders(false, status, fields);
        }
        AsciiString[] withRetry = Arrays.copyOf(fields, fields.length + 2);
        withRetry[fields.length] = AsciiString.cached("retry-after");
        withRetry[fields.length + 1] = AsciiString.cached("1");
        return ReadOnlyHttp2Headers.serverHeaders(false, status, withRetry);
    }

    /** Trailers only (PROTOCOL-HTTP2.md of gRPC): a client of gRPC reads its status, not HTTP's. */
    private static Http2Headers grpcReply(Reply reply) {
        AsciiString status =
                switch (reply.status()) {
                    case 501 -> GRPC_UNIMPLEMENTED;
                    // Not UNAVAILABLE, which clients take for an invitation to send the call again.
                    case 504 -> GRPC_DEADLINE_EXCEEDED;
                    case 408 -> GRPC_UNAVAILABLE;
                    default -> reply.status() >= 500 ? GRPC_UNAVAILABLE : GRPC_INTERNAL;
                };
        return ReadOnlyHttp2Headers.serverHeaders(
                false,
                HeadersOut.status(200),
                FieldRules.CONTENT_TYPE,
                GRPC_TYPE,
                GRPC_STATUS,
                status,
                GRPC_MESSAGE,
                new AsciiString(percentEncoded(reply.text())));
    }

    private static String percentEncoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b >= ' ' && b <= '~' && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append("%%%02X".formatted(b & 0xff));
            }
        }
        return encoded.toString();
    }

    @Override
    public void cut() {
        exchange = null;
        dropHeld();
        connection.reset(stream.id(), Http2Error.INTERNAL_ERROR);
    }

    // The response's parts

    @Override
    public void interim(int status, Fields fields) {
        connection.writeHeaders(
                stream.id(),
                ReadOnlyHttp2Headers.serverHeaders(false, HeadersOut.status(status), HeadersOut.of(fields)),
                false,
                true);
    }

    @Override
    public void head(int status, Fields fields, @Nullable AsciiString via, boolean whole) {
        responseBegun = true;
        responseEnded = whole;
        AsciiString[] out = HeadersOut.of(fields, via);
        if (status == 101) {
            // RFC 8441, 5.
            Http2Headers headers =
                    ReadOnlyHttp2Headers.serverHeaders(false, HeadersOut.status(200), without(out, WEBSOCKET_ACCEPT));
            connection.writeHeaders(stream.id(), headers, false, true);
            return;
        }
        Http2Headers headers = ReadOnlyHttp2Headers.serverHeaders(false, HeadersOut.status(status), out);
        connection.writeHeaders(stream.id(), headers, whole, requestEnded);
    }

    private static AsciiString[] without(AsciiString[] fields, AsciiString name) {
        AsciiString[] rest = new AsciiString[fields.length];
        int length = 0;
        for (int i = 0; i < fields.length; i += 2) {
            if (!fields[i].contentEquals(name)) {
                rest[length++] = fields[i];
                rest[length++] = fields[i + 1];
            }
        }
        return Arrays.copyOf(rest, length);
    }

    @Override
    public void data(ByteBuf data) {
        connection.writeData(stream.id(), data, false, true);
    }

    @Override
    public void end(@Nullable Fields trailers) {
        responseEnded = true;
        if (trailers == null) {
            connection.writeData(stream.id(), Unpooled.EMPTY_BUFFER, true, requestEnded);
        } else {
            Http2Headers headers = ReadOnlyHttp2Headers.trailers(false, HeadersOut.of(trailers));
            connection.writeHeaders(stream.id(), headers, true, requestEnded);
        }
    }
}
