package io.backendpool.proxy.http2;

import io.backendpool.proxy.http.Fields;
import io.backendpool.proxy.http.RequestReader;
import io.backendpool.proxy.http.RequestSink;
import io.backendpool.proxy.upstream.UnprocessedException;
import io.backendpool.proxy.upstream.Upstream;
import io.backendpool.proxy.upstream.UpstreamLink;
import io.backendpool.proxy.upstream.UpstreamReceiver;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One stream to a backend: takes a request as HTTP/1.1 has it and sends frames; gives the response's frames back as
 * HTTP/1.1 has them. What the exchange does not want yet is held here, and credit for it is given back to the backend only
 * when it was taken. Event loop only.
 */
final class BackendStream implements UpstreamLink, RequestSink {
    /** A part of the response that waits, and what it took of the stream's window. */
    private record Held(ByteBuf bytes, int credit) {}

    private static final AsciiString HTTP = AsciiString.cached("http");
    private static final AsciiString HTTPS = AsciiString.cached("https");

    private static final AsciiString CONNECT = AsciiString.cached("CONNECT");

    private final BackendHttp2Connection connection;
    private final RequestReader request;
    private final boolean reused;
    private final Deque<Held> held = new ArrayDeque<>(0);
    private @Nullable UpstreamReceiver receiver;
    private @Nullable Http2Stream stream;
    private ResponseTranslator response = new ResponseTranslator();
    /** The extended CONNECT of a WebSocket that waits for the backend's settings. */
    private @Nullable Http2Headers waiting;

    /** What proves to the client that a WebSocket was meant; null: it asks for none. */
    private @Nullable AsciiString webSocketAccept;

    private boolean opened;
    private boolean tunnel;
    private boolean inputEndTold;
    private boolean headReceived;
    private boolean requestEnded;
    private boolean responseEnded;
    private boolean paused;
    private boolean giving;
    private boolean gone;
    private @Nullable Throwable cause;

    BackendStream(BackendHttp2Connection connection, UpstreamReceiver receiver, boolean reused) {
        this.connection = connection;
        this.receiver = receiver;
        this.reused = reused;
        this.request = new RequestReader(connection.loop(), this);
    }

    // What the exchange asks for

    @Override
    public Upstream upstream() {
        return connection.upstream();
    }

    @Override
    public boolean reused() {
        return reused;
    }

    /** RFC 9113, 8.7: by REFUSED_STREAM or GOAWAY. */
    @Override
    public boolean mayRefuse() {
        return true;
    }

    @Override
    public void write(ByteBuf data) {
        if (opened && stream == null) {
            data.release();
            return;
        }
        request.write(data);
    }

    @Override
    public void flush() {
        connection.flushLater();
    }

    @Override
    public boolean isWritable() {
        Http2Stream current = stream;
        return current != null && connection.isWritable(current);
    }

    @Override
    public void readable(boolean wanted) {
        paused = !wanted;
        if (wanted && !held.isEmpty()) {
            // Not from within what the exchange is doing.
            connection.later(this::giveHeld);
        }
    }

    @Override
    public void tunnel() {
        request.tunnel();
    }

    @Override
    public void endOutput() {
        endRequest();
        flush();
    }

    /** How long its connection is kept, is not the affair of one stream (RFC 9113, 8.2.2). */
    @Override
    public void release(int idleTicks) {
        end(Http2Error.NO_ERROR);
    }

    @Override
    public void close() {
        end(Http2Error.CANCEL);
    }

    private void end(Http2Error error) {
        receiver = null;
        dropHeld();
        Http2Stream current = stream;
        if (!opened || waiting != null) {
            opened = true;
            waiting = null;
            connection.unreserve();
        } else if (current != null && !gone && !(requestEnded && responseEnded)) {
            connection.reset(current.id(), error);
        }
    }

    // The request's parts

    @Override
    public void head(
            AsciiString method,
            AsciiString target,
            AsciiString authority,
            Fields fields,
            boolean whole,
            boolean upgrade) {
        opened = true;
        AsciiString scheme = upstream().protocol().isTls() ? HTTPS : HTTP;
        AsciiString[] out = HeadersOut.of(fields);
        if (upgrade) {
            webSocketAccept = WebSocketFields.accept(out);
            waiting = ReadOnlyHttp2Headers.clientHeaders(
                    false, CONNECT, target, scheme, authority, WebSocketFields.ofConnect(out));
            connection.awaitSettings(this);
            return;
        }
        open(ReadOnlyHttp2Headers.clientHeaders(false, method, target, scheme, authority, out), whole);
    }

    private void open(Http2Headers headers, boolean whole) {
        requestEnded = whole;
        stream = connection.open(this, headers, whole);
        if (stream == null) {
            fail(new UnprocessedException("the connection takes no more streams"));
        }
    }

    /** The backend has said whether it takes WebSockets, or is gone. */
    void settingsKnown() {
        Http2Headers connect = waiting;
        if (connect == null) {
            return;
        }
        waiting = null;
        if (connection.takesWebSockets()) {
            open(connect, false);
            flush();
            return;
        }
        connection.unreserve();
        fail(
                connection.hasSettings()
                        ? UnprocessedException.ofWholeBackend(
                                "it speaks HTTP/2 and takes no WebSocket: SETTINGS_ENABLE_CONNECT_PROTOCOL is not 1 (RFC 8441)")
                        : new UnprocessedException("the connection ended before its settings"));
    }

    /** Tells the exchange, but not from within its own call. */
    private void fail(Throwable why) {
        connection.later(() -> {
            UpstreamReceiver user = receiver;
            receiver = null;
            if (user != null) {
                user.upstreamClosed(why);
            }
        });
    }

    @Override
    public void data(ByteBuf data) {
        Http2Stream current = stream;
        if (current == null || gone) {
            data.release();
            return;
        }
        connection.writeData(current.id(), data, false);
    }

    @Override
    public void end(@Nullable Fields trailers) {
        if (trailers == null) {
            endRequest();
            return;
        }
        requestEnded = true;
        Http2Stream current = stream;
        if (current == null || gone) {
            return;
        }
        connection.writeHeaders(current.id(), ReadOnlyHttp2Headers.trailers(false, HeadersOut.of(trailers)), true);
    }

    private void endRequest() {
        requestEnded = true;
        Http2Stream current = stream;
        if (current != null && !gone) {
            connection.writeData(current.id(), Unpooled.EMPTY_BUFFER, true);
        }
    }

    // What the backend sends

    void headers(Http2Headers headers, boolean endOfStream) {
        if (headReceived) {
            trailers(headers, endOfStream);
            return;
        }
        ByteBuf out = connection.allocator().directBuffer(1024);
        AsciiString accept = webSocketAccept;
        boolean switches = accept != null && ResponseTranslator.isSuccess(headers);
        String wrong = switches && accept != null
                ? response.translateSwitch(headers, accept, out)
                : response.translate(headers, endOfStream, request.isHead(), out);
        if (wrong != null) {
            out.release();
            broken(wrong);
            connection.reset(id(), Http2Error.PROTOCOL_ERROR);
            return;
        }
        if (response.interim()) {
            response = new ResponseTranslator();
        } else {
            headReceived = true;
            tunnel = switches;
            if (accept != null && !switches) {
                // A CONNECT that was refused: nothing follows it.
                endRequest();
                flush();
            }
        }
        hold(out, 0, endOfStream);
        give();
    }

    private void trailers(Http2Headers trailers, boolean endOfStream) {
        if (tunnel) {
            broken("HEADERS in a WebSocket (RFC 9113, 8.5)");
            connection.reset(id(), Http2Error.PROTOCOL_ERROR);
            return;
        }
        ByteBuf last = null;
        if (endOfStream && response.chunked()) {
            last = BodyBytes.lastChunk(connection.allocator(), trailers);
        }
        if (!endOfStream || (response.chunked() && last == null)) {
            broken("malformed trailers (RFC 9113, 8.1)");
            connection.reset(id(), Http2Error.PROTOCOL_ERROR);
            return;
        }
        hold(last == null ? Unpooled.EMPTY_BUFFER : last, 0, true);
        give();
    }

    /** Returns how much of the stream's window is free again. */
    int data(ByteBuf data, int padding, boolean endOfStream) {
        int length = data.readableBytes();
        if (receiver == null) {
            responseEnded |= endOfStream;
            return length + padding;
        }
        if (!headReceived) {
            broken("DATA before the response's head (RFC 9113, 8.1)");
            connection.reset(id(), Http2Error.PROTOCOL_ERROR);
            return length + padding;
        }
        if (length > 0) {
            ByteBuf bytes = response.chunked()
                    ? BodyBytes.chunk(connection.allocator(), data, endOfStream)
                    : data.retainedSlice();
            hold(bytes, length, endOfStream);
        } else if (endOfStream) {
            ByteBuf last = response.chunked() ? BodyBytes.lastChunk(connection.allocator(), null) : null;
            hold(last == null ? Unpooled.EMPTY_BUFFER : last, 0, true);
        }
        return padding + give();
    }

    private void hold(ByteBuf bytes, int credit, boolean last) {
        responseEnded |= last;
        if (receiver == null) {
            bytes.release();
            return;
        }
        held.addLast(new Held(bytes, credit));
    }

    private void giveHeld() {
        int credit = give();
        Http2Stream current = stream;
        if (current != null) {
            connection.consumed(current, credit);
        }
        readComplete();
    }

    /** Gives the exchange what is held, as far as it wants it; returns how much of the stream's window that frees. */
    private int give() {
        if (giving) {
            return 0;
        }
        giving = true;
        int credit = 0;
        try {
            UpstreamReceiver user;
            while ((user = receiver) != null && !paused && !held.isEmpty()) {
                Held next = held.removeFirst();
                credit += next.credit();
                if (next.bytes().isReadable()) {
                    user.upstreamData(next.bytes());
                } else {
                    next.bytes().release();
                }
            }
        } finally {
            giving = false;
        }
        if (held.isEmpty() && receiver != null && (responseEnded || gone)) {
            if (tunnel) {
                tunnelEnded();
            } else {
                lost();
            }
        }
        return credit;
    }

    /** All was given of a WebSocket's data that came: one direction has ended, or both. */
    private void tunnelEnded() {
        UpstreamReceiver user = receiver;
        if (user != null && responseEnded && !inputEndTold) {
            inputEndTold = true;
            user.upstreamInputEnded();
        }
        user = receiver;
        if (user != null && gone) {
            receiver = null;
            user.upstreamClosed(responseEnded && cause == null ? null : why());
        }
    }

    /** All was given, and the response is not whole. */
    private void lost() {
        UpstreamReceiver user = receiver;
        receiver = null;
        if (user != null) {
            user.upstreamClosed(responseEnded ? new IOException("the stream ended before the response") : why());
        }
    }

    private Throwable why() {
        if (connection.isUnprocessed(id())) {
            return new UnprocessedException("GOAWAY");
        }
        if (cause != null) {
            return cause;
        }
        Throwable ofConnection = connection.cause();
        return ofConnection == null ? new IOException("connection closed") : ofConnection;
    }

    /** The response breaks the protocol. */
    void broken(String sentence) {
        if (cause == null) {
            cause = new IOException("no valid response: " + sentence);
        }
    }

    void wasReset(long errorCode) {
        if (errorCode == Http2Error.REFUSED_STREAM.code()) {
            cause = new UnprocessedException("REFUSED_STREAM");
        } else if (cause == null) {
            Http2Error error = Http2Error.valueOf(errorCode);
            cause = new IOException("stream ended with " + (error == null ? errorCode : error.name()));
        }
    }

    void readComplete() {
        if (receiver != null) {
            receiver.upstreamReadComplete();
        }
    }

    void writabilityChanged() {
        if (receiver != null) {
            receiver.upstreamWritabilityChanged();
        }
    }

    /** The stream is gone, whoever ended it. */
    void closed() {
        gone = true;
        give();
    }

    private int id() {
        Http2Stream current = stream;
        return current == null ? Integer.MAX_VALUE : current.id();
    }

    private void dropHeld() {
        Held next;
        while ((next = held.pollFirst()) != null) {
            next.bytes().release();
        }
    }
}
