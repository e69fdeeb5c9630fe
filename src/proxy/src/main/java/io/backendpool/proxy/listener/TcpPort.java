package io.backendpool.proxy.listener;

import io.backendpool.pool.Listener;
import io.vertx.core.Future;
import io.vertx.core.net.NetServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A TCP port: one server for each event loop, which share the socket. A change of what is spoken on it needs no new socket:
 * each connection is served as the listener says at its beginning. Any thread.
 */
final class TcpPort implements BoundPort {
    private final List<NetServer> servers = new CopyOnWriteArrayList<>();
    private volatile Listener listener;

    TcpPort(Listener listener) {
        this.listener = listener;
    }

    @Override
    public Listener listener() {
        return listener;
    }

    @Override
    public void become(Listener next) {
        listener = next;
    }

    void add(NetServer server) {
        servers.add(server);
    }

    @Override
    public Future<Void> drain(Duration deadline) {
        List<Future<Void>> ends =
                servers.stream().map(server -> server.shutdown(deadline)).toList();
        return Future.join(ends).mapEmpty();
    }
}
