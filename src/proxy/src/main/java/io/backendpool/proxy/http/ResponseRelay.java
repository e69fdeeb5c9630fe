package io.backendpool.proxy.http;

import io.backendpool.proxy.http.HeadEditor.Connection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Passes a backend's response on to the client as it comes in: interim heads, the final head, the body, with the framing
 * that the client understands. Event loop only.
 *
 * <pre>
 *   backend says        to HTTP/1.1       to HTTP/1.0
 *   Content-Length      as it is          as it is
 *   chunked             as it is          data only, then close
 *   until close         made chunked      as it is, then close
 * </pre>
 */
final class ResponseRelay {
    enum Result {
        /** More is to come. */
        MORE,
        /** The response has been passed on whole. */
        COMPLETE,
        /** The backend broke the protocol, see {@link #problem}. */
        MALFORMED
    }

    private static final ByteBuf LAST_CHUNK = Unpooled.unreleasableBuffer(
                    Unpooled.directBuffer(8).writeBytes(new byte[] {'0', '\r', '\n', '\r', '\n'}))
            .asReadOnly();
    private static final ByteBuf CHUNK_END = Unpooled.unreleasableBuffer(
                    Unpooled.directBuffer(2).writeBytes(new byte[] {'\r', '\n'}))
            .asReadOnly();

    private final HttpLoop loop;
    private final ClientConnection client;
    private final RequestFacts facts;
    private @Nullable ByteBuf in;
    private int searched;
    private @Nullable BodyFraming body;
    private @Nullable String problem;
    private int status;
    private long bytes;
    private boolean sawBytes;
    private boolean makeChunked;
    private boolean dropChunked;
    private boolean keepClient;
    private boolean keepUpstream;

    ResponseRelay(HttpLoop loop, ClientConnection client, RequestFacts facts) {
        this.loop = loop;
        this.client = client;
        this.facts = facts;
    }

    boolean sawBytes() {
        return sawBytes;
    }

    /** The final head has been passed on. */
    boolean started() {
        return body != null;
    }

    int status() {
        return status;
    }

    /** Of the body, as the backend sent them. */
    long bytes() {
        return bytes;
    }

    /** The client's connection can be used for another request after this response. */
    boolean keepClient() {
        return keepClient;
    }

    /** The backend's connection can be used again: it is to stay open, and nothing follows the response. */
    boolean connectionReusable() {
        return keepUpstream && in == null;
    }

    boolean endsWithConnection() {
        return body != null && body.isUntilClose();
    }

    String problem() {
        return problem == null ? "malformed" : problem;
    }

    /** Takes over {@code data}. */
    Result accept(ByteBuf data) {
        sawBytes = true;
        in = Buffers.join(client.allocator(), in, data);
        while (in != null) {
            Result result = body == null ? readHead(in) : relayBody(in);
            if (in != null && !in.isReadable()) {
                in.release();
                in = null;
            }
            if (result != null) {
                return result;
            }
        }
        return Result.MORE;
    }

    /** The backend closed a connection whose end is the body's end. */
    void end() {
        if (makeChunked) {
            client.write(LAST_CHUNK.duplicate());
        }
    }

    void close() {
        Buffers.release(in);
        in = null;
    }

    /** Reads one head if it is complete; null: go on with what follows. */
    private @Nullable Result readHead(ByteBuf buffer) {
        int start = buffer.readerIndex();
        int end = HeadEnd.find(buffer, start, start + searched);
        if (end == HeadEnd.BARE_LF) {
            return malformed("a line of the head ends with LF alone (RFC 9112, 2.2)");
        }
        int length = end == HeadEnd.INCOMPLETE ? buffer.readableBytes() : end - start;
        if (length > loop.limits().maxHeadBytes()) {
            return malformed("the head is longer than " + loop.limits().maxHeadBytes() + " bytes");
        }
        if (end == HeadEnd.INCOMPLETE) {
            searched = length;
            return Result.MORE;
        }
        searched = 0;
        ResponseHead head = loop.responseHead();
        if (!head.parse(buffer, start, end)) {
            return malformed(head.problem == null ? "malformed head" : head.problem);
        }
        if (head.interim()) {
            passInterim(buffer, head, length);
            return null;
        }
        return passFinal(buffer, head, length);
    }

    /** RFC 9110, 15.2: 1xx are passed on, but never to an HTTP/1.0 client. */
    private void passInterim(ByteBuf buffer, ResponseHead head, int length) {
        if (facts.version11()) {
            int end = buffer.readerIndex() + length;
            ByteBuf apart = loop.editor().response(buffer, client.allocator(), head, Connection.IMPLICIT, false, false);
            client.write(apart != null ? apart : buffer.readRetainedSlice(end - buffer.readerIndex()));
            client.flush();
        } else {
            buffer.skipBytes(length);
        }
    }

    private @Nullable Result passFinal(ByteBuf buffer, ResponseHead head, int length) {
        BodyFraming framing =
                BodyFraming.ofResponse(head, facts.isHead(), loop.limits().maxHeadBytes());
        body = framing;
        status = head.status;
        makeChunked = framing.isUntilClose() && facts.version11();
        dropChunked = head.chunked && !facts.version11();
        boolean endMarked = makeChunked || (!framing.isUntilClose() && !dropChunked);
        keepClient = facts.keepAlive() && endMarked && !client.draining();
        keepUpstream = head.keepAlive() && !framing.isUntilClose();
        Connection connection =
                !keepClient ? Connection.CLOSE : facts.version11() ? Connection.IMPLICIT : Connection.KEEP_ALIVE;
        int end = buffer.readerIndex() + length;
        ByteBuf apart = loop.editor().response(buffer, client.allocator(), head, connection, makeChunked, dropChunked);
        if (apart != null) {
            client.write(apart);
            return framing.done() ? Result.COMPLETE : null;
        }
        int headLength = end - buffer.readerIndex();
        if (makeChunked || dropChunked) {
            client.write(buffer.readRetainedSlice(headLength));
            return framing.done() ? Result.COMPLETE : null;
        }
        return passTogether(buffer, framing, headLength);
    }

    /** Head and body go on in the buffer that they came in. */
    private @Nullable Result passTogether(ByteBuf buffer, BodyFraming framing, int headLength) {
        int start = buffer.readerIndex();
        buffer.skipBytes(headLength);
        int taken = framing.take(buffer, null);
        if (taken == BodyFraming.MALFORMED) {
            client.write(buffer.retainedSlice(start, headLength));
            return malformed(framing.problem());
        }
        bytes += taken;
        buffer.readerIndex(start);
        pass(buffer, headLength + taken);
        return framing.done() ? Result.COMPLETE : null;
    }

    private @Nullable Result relayBody(ByteBuf buffer) {
        BodyFraming framing = body;
        if (framing == null) {
            return Result.MORE;
        }
        if (framing.done()) {
            return Result.COMPLETE;
        }
        int taken = framing.take(buffer, dropChunked ? this::passData : null);
        if (taken == BodyFraming.MALFORMED) {
            return malformed(framing.problem());
        }
        bytes += taken;
        if (dropChunked) {
            buffer.skipBytes(taken);
        } else if (makeChunked) {
            passAsChunk(buffer, taken);
        } else {
            pass(buffer, taken);
        }
        return framing.done() ? Result.COMPLETE : null;
    }

    private void passData(ByteBuf buffer, int from, int to) {
        client.write(buffer.retainedSlice(from, to - from));
    }

    private void passAsChunk(ByteBuf buffer, int length) {
        ByteBuf size = client.allocator().directBuffer(16);
        ByteBufUtil.writeAscii(size, Integer.toHexString(length));
        client.write(size.writeByte('\r').writeByte('\n'));
        pass(buffer, length);
        client.write(CHUNK_END.duplicate());
    }

    /** Writes the next bytes on: the buffer itself where it holds nothing else. */
    private void pass(ByteBuf buffer, int length) {
        if (length == buffer.readableBytes()) {
            in = null;
            client.write(buffer);
        } else if (length > 0) {
            client.write(buffer.readRetainedSlice(length));
        }
    }

    private Result malformed(String sentence) {
        problem = sentence;
        return Result.MALFORMED;
    }
}
