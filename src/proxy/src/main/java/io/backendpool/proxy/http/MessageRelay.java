package io.backendpool.proxy.http;

import io.backendpool.proxy.upstream.LoopPolicy;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Takes a backend's response apart, for a client that does not speak HTTP/1.1: what comes is checked as
 * {@link ResponseRelay} does, and given part by part to a {@link ResponseSink}. Event loop only.
 */
final class MessageRelay implements Relay {
    private final HttpLoop loop;
    private final Downstream client;
    private final RequestFacts facts;
    private final LoopPolicy policy;
    private final @Nullable Judge judge;
    private final ResponseSink sink;
    private @Nullable ByteBuf in;
    private int searched;
    private @Nullable BodyFraming body;
    private @Nullable String problem;
    private int status;
    private long bytes;
    private boolean sawBytes;
    private boolean passedInterim;
    private boolean keepUpstream;

    MessageRelay(
            HttpLoop loop,
            Downstream client,
            RequestFacts facts,
            LoopPolicy policy,
            @Nullable Judge judge,
            ResponseSink sink) {
        this.loop = loop;
        this.client = client;
        this.facts = facts;
        this.policy = policy;
        this.judge = judge;
        this.sink = sink;
    }

    @Override
    public Result accept(ByteBuf data) {
        sawBytes = true;
        in = Buffers.join(client.allocator(), in, data);
        while (in != null) {
            Result result = body == null ? readHead(in) : readBody(in, body);
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
        buffer.skipBytes(length);
        head.removeTransferEncoding();
        if (head.interim()) {
            sink.interim(head.status, head);
            client.flush();
            passedInterim = true;
            return null;
        }
        return begin(buffer, head);
    }

    private @Nullable Result begin(ByteBuf buffer, ResponseHead head) {
        BodyFraming framing = BodyFraming.ofResponse(head, facts.isHead(), policy.headBytes());
        status = head.status;
        if (judge != null && !passedInterim && judge.replaces(status)) {
            int taken = framing.take(buffer, null);
            if (taken > 0) {
                buffer.skipBytes(taken);
            }
            keepUpstream = head.keepAlive() && framing.done();
            return Result.REPLACED;
        }
        framing.keepTrailers();
        body = framing;
        keepUpstream = head.keepAlive() && !framing.isUntilClose();
        sink.head(status, head, framing.done());
        return framing.done() ? Result.COMPLETE : null;
    }

    private @Nullable Result readBody(ByteBuf buffer, BodyFraming framing) {
        int taken = framing.take(buffer, this::chunkData);
        if (taken == BodyFraming.MALFORMED) {
            return malformed(framing.problem());
        }
        bytes += taken;
        if (framing.isChunked()) {
            buffer.skipBytes(taken);
        } else if (taken == buffer.readableBytes()) {
            in = null;
            sink.data(buffer);
        } else if (taken > 0) {
            sink.data(buffer.readRetainedSlice(taken));
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

    private Result malformed(String sentence) {
        problem = sentence;
        return Result.MALFORMED;
    }

    @Override
    public void end() {
        sink.end(null);
    }

    @Override
    public void close() {
        Buffers.release(in);
        in = null;
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

    /** What keeps such a client's connection open is not the response's affair. */
    @Override
    public boolean keepClient() {
        return true;
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
}
