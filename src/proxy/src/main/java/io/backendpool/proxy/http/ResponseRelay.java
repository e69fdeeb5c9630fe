package io.backendpool.proxy.http;

import io.backendpool.proxy.http.HeadEditor.Connection;
import io.backendpool.proxy.upstream.LoopPolicy;
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
final class ResponseRelay implements Relay {
    private static final ByteBuf LAST_CHUNK = Unpooled.unreleasableBuffer(
                    Unpooled.directBuffer(8).writeBytes(new byte[] {'0', '\r', '\n', '\r', '\n'}))
            .asReadOnly();
    private static final ByteBuf CHUNK_END = Unpooled.unreleasableBuffer(
                    Unpooled.directBuffer(2).writeBytes(new byte[] {'\r', '\n'}))
            .asReadOnly();

    private final HttpLoop loop;
    private final ClientConnection client;
    private final RequestFacts facts;
    private final LoopPolicy policy;
    private final @Nullable Judge judge;
    private @Nullable ByteBuf in;
    private int searched;
    private @Nullable BodyFraming body;
    private @Nullable String problem;
    private int status;
    private long bytes;
    private boolean sawBytes;
    private boolean passedInterim;
    private boolean makeChunked;
    private boolean dropChunked;
    private boolean keepClient;
    private boolean keepUpstream;

    /**
     * For one try of a request.
     *
     * @param judge null: each response is passed on
     */
    ResponseRelay(
            HttpLoop loop, ClientConnection client, RequestFacts facts, LoopPolicy policy, @Nullable Judge judge) {
        this.loop = loop;
        this.client = client;
        this.facts = facts;
        this.policy = policy;
        this.judge = judge;
    }

    @Override
    public boolean sawBytes() {
        return sawBytes;
    }

    @Override
    public boolean passedAny() {
        return passedInterim || started();
    }

    @Override
    public boolean started() {
        return body != null;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public boolean keepClient() {
        return keepClient;
    }

    @Override
    public boolean connectionReusable() {
        return keepUpstream && in == null;
    }

    @Override
    public boolean endsWithConnection() {
        return body != null && body.isUntilClose();
    }

    @Override
    public String problem() {
        return problem == null ? "malformed" : problem;
    }

    @Override
    public Result accept(ByteBuf data) {
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

    @Override
    public void end() {
        if (makeChunked) {
            client.write(LAST_CHUNK.duplicate());
        }
    }

    @Override
    public void close() {
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
        if (length > policy.headBytes()) {
            return malformed("the head is longer than %,d bytes".formatted(policy.headBytes()));
        }
        if (end == HeadEnd.INCOMPLETE) {
            searched = length;
            return Result.MORE;
        }
        searched = 0;
        ResponseHead head = loop.responseHead();
        if (!head.parse(buffer, start, end, facts.upgrade())) {
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
            ByteBuf apart =
                    loop.editor().response(buffer, client.allocator(), head, null, Connection.IMPLICIT, false, false);
            client.write(apart != null ? apart : buffer.readRetainedSlice(end - buffer.readerIndex()));
            client.flush();
            passedInterim = true;
        } else {
            buffer.skipBytes(length);
        }
    }

    private @Nullable Result passFinal(ByteBuf buffer, ResponseHead head, int length) {
        BodyFraming framing = BodyFraming.ofResponse(head, facts.isHead(), policy.headBytes());
        status = head.status;
        boolean switched = head.switched();
        if (judge != null && !passedInterim && judge.replaces(status)) {
            return drop(buffer, head, framing, length);
        }
        body = framing;
        makeChunked = framing.isUntilClose() && facts.version11() && !switched;
        dropChunked = head.chunked && !facts.version11();
        boolean endMarked = makeChunked || (!framing.isUntilClose() && !dropChunked);
        keepClient = facts.keepAlive() && endMarked && !client.draining();
        keepUpstream = head.keepAlive() && !framing.isUntilClose();
        Connection connection = switched
                ? Connection.UPGRADE
                : !keepClient ? Connection.CLOSE : facts.version11() ? Connection.IMPLICIT : Connection.KEEP_ALIVE;
        int end = buffer.readerIndex() + length;
        ByteBuf apart = loop.editor()
                .response(buffer, client.allocator(), head, policy.http(), connection, makeChunked, dropChunked);
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

    /** Passes over what is here of a response that nobody wants. */
    private Result drop(ByteBuf buffer, ResponseHead head, BodyFraming framing, int headLength) {
        buffer.skipBytes(headLength);
        int taken = framing.take(buffer, null);
        if (taken > 0) {
            buffer.skipBytes(taken);
        }
        keepUpstream = head.keepAlive() && framing.done();
        return Result.REPLACED;
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
