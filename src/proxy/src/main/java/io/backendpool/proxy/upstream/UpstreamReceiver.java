package io.backendpool.proxy.upstream;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** What uses an {@link UpstreamLink}. Called on its event loop. */
public interface UpstreamReceiver {
    /** What it sends cannot be sent again, so it wants no connection of which it is known that it has ended. */
    boolean sendsOnce();

    /** There is a way; it belongs to the receiver until it is released or closed. */
    void upstreamConnected(UpstreamLink connection);

    /** No connection could be made to {@code upstream}. */
    void upstreamConnectFailed(Upstream upstream, Throwable cause);

    /** Bytes came in; the receiver owns {@code data}. */
    void upstreamData(ByteBuf data);

    /** No more bytes for the moment: flush what was written on. */
    void upstreamReadComplete();

    /** The send buffer was full and has room again, or the other way round. */
    void upstreamWritabilityChanged();

    /** In a tunnel: the backend sends no more, but still takes what comes. */
    void upstreamInputEnded();

    /**
     * The connection is gone, and no longer the receiver's.
     *
     * @param cause null: the backend closed it in order; {@link UnprocessedException}: it has not looked at the request
     */
    void upstreamClosed(@Nullable Throwable cause);
}
