package io.backendpool.proxy.upstream;

import java.util.List;

/** A request that waits until a backend has room for it. Called on its event loop. */
public interface QueuedRequest {
    /** Backends that it is not to be sent to again. */
    List<Upstream> tried();

    /** {@code upstream} has room, and it is this request's turn: it must take it now. */
    void backendFree(Upstream upstream);

    /** It has waited for {@code timeouts.queue}, and is not in the queue any more. */
    void queueTimedOut();
}
