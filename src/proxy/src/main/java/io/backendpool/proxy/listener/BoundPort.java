package io.backendpool.proxy.listener;

import io.vertx.core.Future;
import io.vertx.core.net.NetServer;
import java.time.Duration;
import java.util.List;

/**
 * A port that is open: one server for each event loop, which share the socket.
 *
 * @param port 1 to 65,535
 * @param servers in the order of the event loops
 */
record BoundPort(int port, List<NetServer> servers) {
    /**
     * Stops accepting, and tells the connections to end after their exchange. Completes when all have ended, or were cut
     * at the deadline.
     */
    Future<Void> drain(Duration deadline) {
        List<Future<Void>> ends =
                servers.stream().map(server -> server.shutdown(deadline)).toList();
        return Future.join(ends).mapEmpty();
    }
}
