package io.backendpool.proxy.upstream;

import io.netty.buffer.ByteBuf;

/**
 * What one exchange with a backend goes over: a connection of its own, or a stream of a connection that others use, too.
 * In both cases the bytes are those of HTTP/1.1. Event loop only.
 */
public interface UpstreamLink {
    /** As a number of ticks: the backend does not say. */
    int UNSTATED = Integer.MAX_VALUE;

    Upstream upstream();

    /** Its connection has served another exchange before, so the backend may be closing it at this moment. */
    boolean reused();

    /**
     * The backend can say that it did nothing with a request ({@link UnprocessedException}), even after it took some of its
     * body.
     */
    boolean mayRefuse();

    /** Queues {@code data}, which is released when it was written. The first one is the whole head. */
    void write(ByteBuf data);

    void flush();

    /** More can be written without holding too much. */
    boolean isWritable();

    /** Stops or resumes reading: the other side is slow. */
    void readable(boolean wanted);

    /** From here on the bytes are another protocol's: each direction ends by itself. */
    void tunnel();

    /** In a tunnel: no more will be written. */
    void endOutput();

    /**
     * The exchange has ended in good order.
     *
     * @param idleTicks for how long the backend lets the connection be kept without a request; {@link #UNSTATED}: it does
     *     not say
     */
    void release(int idleTicks);

    /** The exchange ended otherwise. */
    void close();
}
