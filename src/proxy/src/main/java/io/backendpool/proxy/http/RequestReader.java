package io.backendpool.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;

/**
 * Takes the bytes of one request as an {@link Exchange} sends them apart, for a backend that does not speak HTTP/1.1. They
 * were checked on their way in; here they are read once more by the same rules. Event loop only.
 */
public final class RequestReader {
    private final RequestHead head;
    private final RequestSink sink;
    private final int maxHeadBytes;
    private BodyFraming body = BodyFraming.tunnel();
    private boolean started;
    private boolean isHead;

    /**
     * Of one request.
     *
     * @param loop whose limits count
     */
    public RequestReader(HttpLoop loop, RequestSink sink) {
        this.head = loop.sentHead();
        this.sink = sink;
        this.maxHeadBytes = loop.policy().headBytes();
    }

    /** The request was a HEAD: its response has no body, whatever it says. Known once the head was written. */
    public boolean isHead() {
        return isHead;
    }

    /** The next bytes, taken over. The first ones are the whole head and nothing else. */
    public void write(ByteBuf data) {
        try {
            if (started) {
                readBody(data);
            } else {
                started = true;
                readHead(data);
            }
        } finally {
            data.release();
        }
    }

    /** What follows is a WebSocket's data. */
    public void tunnel() {
        body = BodyFraming.tunnel();
    }

    private void readHead(ByteBuf data) {
        if (!head.parse(data, data.readerIndex(), data.writerIndex(), Integer.MAX_VALUE)) {
            throw new IllegalStateException("a head of our own: " + head.problem);
        }
        isHead = head.isHead;
        body = BodyFraming.ofRequest(head, maxHeadBytes);
        body.keepTrailers();
        head.removeTransferEncoding();
        AsciiString authority = head.host < 0 ? AsciiString.EMPTY_STRING : head.value(head.host);
        if (head.host >= 0) {
            head.removed[head.host] = true;
        }
        head.passTrailersAccepted();
        sink.head(
                new AsciiString(head.bytes, 0, head.methodEnd, true),
                new AsciiString(head.bytes, head.target, head.targetEnd - head.target, true),
                authority,
                head,
                body.done(),
                head.upgrade);
    }

    private void readBody(ByteBuf data) {
        int taken = body.take(data, (buffer, from, to) -> sink.data(buffer.retainedSlice(from, to - from)));
        if (taken == BodyFraming.MALFORMED) {
            throw new IllegalStateException("a body that was checked: " + body.problem());
        }
        if (!body.isChunked() && taken > 0) {
            sink.data(data.readRetainedSlice(taken));
        }
        if (body.done()) {
            sink.end(body.trailers());
        }
    }
}
