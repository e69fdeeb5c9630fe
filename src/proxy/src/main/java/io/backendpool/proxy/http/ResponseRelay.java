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
final class ResponseRelay extends ResponseReader {
    private static final ByteBuf LAST_CHUNK = Unpooled.unreleasableBuffer(
                    Unpooled.directBuffer(8).writeBytes(new byte[] {'0', '\r', '\n', '\r', '\n'}))
            .asReadOnly();
    private static final ByteBuf CHUNK_END = Unpooled.unreleasableBuffer(
                    Unpooled.directBuffer(2).writeBytes(new byte[] {'\r', '\n'}))
            .asReadOnly();

    private final ClientConnection client;
    private boolean makeChunked;
    private boolean dropChunked;
    private boolean keepClient;

    /**
     * For one try of a request.
     *
     * @param judge null: each response is passed on
     */
    ResponseRelay(
            HttpLoop loop, ClientConnection client, RequestFacts facts, LoopPolicy policy, @Nullable Judge judge) {
        super(loop, client, facts, policy, judge);
        this.client = client;
    }

    @Override
    public boolean keepClient() {
        return keepClient;
    }

    @Override
    public void end() {
        if (makeChunked) {
            client.write(LAST_CHUNK.duplicate());
        }
    }

    /** RFC 9110, 15.2: 1xx are passed on, but never to an HTTP/1.0 client. */
    @Override
    boolean interim(ByteBuf buffer, ResponseHead head, int length) {
        if (!facts.version11()) {
            buffer.skipBytes(length);
            return false;
        }
        int end = buffer.readerIndex() + length;
        ByteBuf apart =
                loop.editor().response(buffer, client.allocator(), head, null, Connection.IMPLICIT, false, false);
        client.write(apart != null ? apart : buffer.readRetainedSlice(end - buffer.readerIndex()));
        return true;
    }

    @Override
    @Nullable
    Result begin(ByteBuf buffer, ResponseHead head, BodyFraming framing, int length) {
        boolean switched = head.switched();
        makeChunked = framing.isUntilClose() && facts.version11() && !switched;
        dropChunked = head.chunked && !facts.version11();
        boolean endMarked = makeChunked || (!framing.isUntilClose() && !dropChunked);
        keepClient = facts.keepAlive() && endMarked && !client.draining();
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

    /** Head and body go on in the buffer that they came in. */
    private @Nullable Result passTogether(ByteBuf buffer, BodyFraming framing, int headLength) {
        int start = buffer.readerIndex();
        buffer.skipBytes(headLength);
        int taken = framing.take(buffer, null);
        if (taken == BodyFraming.MALFORMED) {
            client.write(buffer.retainedSlice(start, headLength));
            return malformed(framing.problem());
        }
        taken(taken);
        buffer.readerIndex(start);
        pass(buffer, headLength + taken);
        return framing.done() ? Result.COMPLETE : null;
    }

    @Override
    @Nullable
    Result body(ByteBuf buffer, BodyFraming framing) {
        if (framing.done()) {
            return Result.COMPLETE;
        }
        int taken = framing.take(buffer, dropChunked ? this::passData : null);
        if (taken == BodyFraming.MALFORMED) {
            return malformed(framing.problem());
        }
        taken(taken);
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

    private void pass(ByteBuf buffer, int length) {
        if (length > 0) {
            client.write(take(buffer, length));
        }
    }
}
