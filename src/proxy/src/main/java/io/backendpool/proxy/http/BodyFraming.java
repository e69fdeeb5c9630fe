package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Where one message's body ends (RFC 9112, 6.3), followed through any number of reads. */
final class BodyFraming {
    private enum Kind {
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE
    }

    static final int MALFORMED = ChunkedScanner.MALFORMED;

    private final Kind kind;
    private final @Nullable ChunkedScanner chunks;
    private long remaining;

    private BodyFraming(Kind kind, long remaining, @Nullable ChunkedScanner chunks) {
        this.kind = kind;
        this.remaining = remaining;
        this.chunks = chunks;
    }

    /** Of a request: without a length and without chunks there is no body. */
    static BodyFraming ofRequest(RequestHead head, int maxTrailerBytes) {
        return head.chunked ? chunked(maxTrailerBytes) : length(Math.max(0, head.contentLength));
    }

    /** Bytes of another protocol that the connection was switched to: all that comes. */
    static BodyFraming tunnel() {
        return new BodyFraming(Kind.UNTIL_CLOSE, 0, null);
    }

    /** Of a final response, or of one that switches protocols. */
    static BodyFraming ofResponse(ResponseHead head, boolean toHead, int maxTrailerBytes) {
        if (head.switched()) {
            return tunnel();
        }
        if (toHead || head.status == 204 || head.status == 304) {
            return length(0);
        }
        if (head.chunked) {
            return chunked(maxTrailerBytes);
        }
        return head.contentLength >= 0 ? length(head.contentLength) : new BodyFraming(Kind.UNTIL_CLOSE, 0, null);
    }

    private static BodyFraming chunked(int maxTrailerBytes) {
        return new BodyFraming(Kind.CHUNKED, 0, new ChunkedScanner(maxTrailerBytes));
    }

    private static BodyFraming length(long length) {
        return new BodyFraming(Kind.LENGTH, length, null);
    }

    /** Before the first byte: {@link #trailers} will be asked for. */
    void keepTrailers() {
        if (chunks != null) {
            chunks.keepTrailers();
        }
    }

    /** Those at the end of a body that is {@link #done}; null: there are none. */
    @Nullable
    Fields trailers() {
        return chunks == null ? null : chunks.trailers();
    }

    boolean isChunked() {
        return kind == Kind.CHUNKED;
    }

    boolean isUntilClose() {
        return kind == Kind.UNTIL_CLOSE;
    }

    /** The body has been seen whole. Never true of one that the connection's end delimits. */
    boolean done() {
        return switch (kind) {
            case LENGTH -> remaining == 0;
            case CHUNKED -> chunks != null && chunks.done();
            case UNTIL_CLOSE -> false;
        };
    }

    /** How many of the readable bytes of {@code in} belong to the body, or {@link #MALFORMED}. Moves no index. */
    int take(ByteBuf in, ChunkedScanner.@Nullable DataSink sink) {
        int readable = in.readableBytes();
        return switch (kind) {
            case LENGTH -> {
                int taken = (int) Math.min(remaining, readable);
                remaining -= taken;
                yield taken;
            }
            case UNTIL_CLOSE -> readable;
            case CHUNKED -> {
                int from = in.readerIndex();
                int end = chunks == null ? from : chunks.scan(in, from, from + readable, sink);
                yield end == ChunkedScanner.MALFORMED ? MALFORMED : end - from;
            }
        };
    }

    /** What is wrong, after {@link #MALFORMED}. */
    String problem() {
        return chunks == null ? "malformed body" : chunks.problem();
    }
}
