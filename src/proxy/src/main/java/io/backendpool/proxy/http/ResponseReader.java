package io.backendpool.proxy.http;

import io.backendpool.proxy.upstream.LoopPolicy;
import io.backendpool.proxy.upstream.UpstreamLink;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads one response as it comes in, and checks it: interim heads, the final head, the body. What becomes of the parts is
 * its subclasses' affair. Event loop only.
 */
abstract class ResponseReader implements Relay {
    final HttpLoop loop;
    final RequestFacts facts;
    final LoopPolicy policy;
    private final Downstream client;
    private final @Nullable Judge judge;
    private @Nullable ByteBuf in;
    private int searched;
    private @Nullable BodyFraming body;
    private @Nullable String problem;
    private int status;
    private long bytes;
    private boolean sawBytes;
    private boolean passedInterim;
    private boolean keepUpstream;
    private int idleTicks = UpstreamLink.UNSTATED;

    /**
     * For one try of a request.
     *
     * @param judge null: each response is passed on
     */
    ResponseReader(HttpLoop loop, Downstream client, RequestFacts facts, LoopPolicy policy, @Nullable Judge judge) {
        this.loop = loop;
        this.client = client;
        this.facts = facts;
        this.policy = policy;
        this.judge = judge;
    }

    /**
     * An interim head (1xx), {@code length} bytes of {@code buffer}, which are to be taken from it. True: the client got
     * it, and it is to be flushed.
     */
    abstract boolean interim(ByteBuf buffer, ResponseHead head, int length);

    /** The final head, {@code length} bytes of {@code buffer}, which are to be taken from it. Null: go on with the body. */
    abstract @Nullable Result begin(ByteBuf buffer, ResponseHead head, BodyFraming framing, int length);

    /** Some of the body is here. Null: more is to come. */
    abstract @Nullable Result body(ByteBuf buffer, BodyFraming framing);

    @Override
    public final Result accept(ByteBuf data) {
        sawBytes = true;
        in = Buffers.join(client.allocator(), in, data);
        while (in != null) {
            Result result = body == null ? readHead(in) : body(in, body);
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
        if (head.interim()) {
            if (interim(buffer, head, length)) {
                client.flush();
                passedInterim = true;
            }
            return null;
        }
        BodyFraming framing = BodyFraming.ofResponse(head, facts.isHead(), policy.headBytes());
        status = head.status;
        if (head.keepAliveStated) {
            idleTicks = KeepAliveField.idleTicks(head);
        }
        if (judge != null && !passedInterim && judge.replaces(status)) {
            return drop(buffer, head, framing, length);
        }
        if (judge != null) {
            judge.passes(head);
        }
        body = framing;
        keepUpstream = head.keepAlive() && !framing.isUntilClose();
        return begin(buffer, head, framing, length);
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

    /** Counts bytes of the body. */
    final void taken(int count) {
        bytes += count;
    }

    /** The next bytes for the subclass to own: the buffer itself where it holds nothing else. */
    final ByteBuf take(ByteBuf buffer, int length) {
        if (length == buffer.readableBytes()) {
            in = null;
            return buffer;
        }
        return buffer.readRetainedSlice(length);
    }

    final Result malformed(String sentence) {
        problem = sentence;
        return Result.MALFORMED;
    }

    @Override
    public final void close() {
        Buffers.release(in);
        in = null;
    }

    @Override
    public final boolean sawBytes() {
        return sawBytes;
    }

    @Override
    public final boolean passedAny() {
        return passedInterim || started();
    }

    @Override
    public final boolean started() {
        return body != null;
    }

    @Override
    public final int status() {
        return status;
    }

    @Override
    public final long bytes() {
        return bytes;
    }

    @Override
    public final boolean connectionReusable() {
        return keepUpstream && in == null && idleTicks > 0;
    }

    @Override
    public final int idleTicks() {
        return idleTicks;
    }

    @Override
    public final boolean endsWithConnection() {
        return body != null && body.isUntilClose();
    }

    @Override
    public final String problem() {
        return problem == null ? "malformed" : problem;
    }
}
