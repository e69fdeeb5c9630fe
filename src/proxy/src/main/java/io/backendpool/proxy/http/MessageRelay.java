package io.backendpool.proxy.http;

import io.backendpool.proxy.upstream.LoopPolicy;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Takes a backend's response apart, for a client that does not speak HTTP/1.1, and gives it part by part to a
 * {@link ResponseSink}. Event loop only.
 */
final class MessageRelay extends ResponseReader {
    private final ResponseSink sink;

    MessageRelay(
            HttpLoop loop,
            Downstream client,
            RequestFacts facts,
            LoopPolicy policy,
            @Nullable Judge judge,
            ResponseSink sink) {
        super(loop, client, facts, policy, judge);
        this.sink = sink;
    }

    @Override
    boolean interim(ByteBuf buffer, ResponseHead head, int length) {
        buffer.skipBytes(length);
        head.removeTransferEncoding();
        sink.interim(head.status, head);
        return true;
    }

    @Override
    @Nullable
    Result begin(ByteBuf buffer, ResponseHead head, BodyFraming framing, int length) {
        buffer.skipBytes(length);
        head.removeTransferEncoding();
        framing.keepTrailers();
        sink.head(head.status, head, loop.editor().viaValue(head, policy.http()), framing.done());
        return framing.done() ? Result.COMPLETE : null;
    }

    @Override
    @Nullable
    Result body(ByteBuf buffer, BodyFraming framing) {
        int taken = framing.take(buffer, this::chunkData);
        if (taken == BodyFraming.MALFORMED) {
            return malformed(framing.problem());
        }
        taken(taken);
        if (framing.isChunked()) {
            buffer.skipBytes(taken);
        } else if (taken > 0) {
            sink.data(take(buffer, taken));
        }
        if (!framing.done()) {
            return null;
        }
        sink.end(framing.trailers());
        return Result.COMPLETE;
    }

    private void chunkData(ByteBuf buffer, int from, int to) {
        sink.data(buffer.retainedSlice(from, to - from));
    }

    @Override
    public void end() {
        sink.end(null);
    }

    /** What keeps such a client's connection open is not the response's affair. */
    @Override
    public boolean keepClient() {
        return true;
    }
}
