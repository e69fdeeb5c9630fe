package io.backendpool.proxy.listener;

import io.backendpool.pool.Listener;
import io.backendpool.proxy.stream.UdpSocket;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A UDP port: one socket for each event loop, bound with SO_REUSEPORT. The kernel gives all datagrams of one source to the
 * same socket, so its session is on one event loop, and no datagram changes threads. Any thread.
 */
final class UdpPort implements BoundPort {
    private final List<UdpSocket> sockets = new CopyOnWriteArrayList<>();
    private volatile Listener listener;

    UdpPort(Listener listener) {
        this.listener = listener;
    }

    @Override
    public Listener listener() {
        return listener;
    }

    @Override
    public void become(Listener next) {
        listener = next;
        sockets.forEach(socket -> socket.rename(next.name()));
    }

    void add(UdpSocket socket) {
        sockets.add(socket);
    }

    @Override
    public Future<Void> drain(Duration deadline) {
        List<Future<Void>> ends = sockets.stream()
                .map(socket -> Future.fromCompletionStage(socket.drain(deadline)))
                .toList();
        return Future.join(ends).mapEmpty();
    }
}
