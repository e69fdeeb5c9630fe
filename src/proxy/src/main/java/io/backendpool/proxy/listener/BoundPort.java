package io.backendpool.proxy.listener;

import io.backendpool.pool.Listener;
import io.vertx.core.Future;
import java.time.Duration;

/** A port that is open. */
sealed interface BoundPort permits TcpPort, UdpPort {
    /** What is served on it; has the {@link Listener#socket socket} that it was bound with. */
    Listener listener();

    /** Serves the connections and datagrams from now on as {@code next}, of the same socket, says. */
    void become(Listener next);

    /**
     * Stops accepting, and lets what is under way end. Completes when all has ended, or was cut at the deadline.
     */
    Future<Void> drain(Duration deadline);
}
