package io.backendpool.proxy.upstream;

import org.jspecify.annotations.Nullable;

/** The connections to one backend where each carries many exchanges at the same time. Event loop only. */
public interface StreamPool {
    /** Makes the one of a backend. */
    interface Factory {
        StreamPool create(Upstream upstream);
    }

    /** A stream of an open connection; null: none has room. */
    @Nullable
    UpstreamLink take(UpstreamReceiver receiver);

    /** Opens a connection, or waits for one that is being opened, and tells {@code receiver}. */
    void connect(UpstreamReceiver receiver);

    /** An exchange can begin: a connection has room, or one more may be opened. */
    boolean hasRoom();

    /** Closes what has been idle since {@code tick} or longer; returns how many. */
    int closeIdleSince(int tick);

    /** The backend has left the pool: idle connections close now, the others when their last exchange ends. */
    void remove();
}
