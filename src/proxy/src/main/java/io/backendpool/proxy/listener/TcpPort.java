package io.backendpool.proxy.listener;

import io.backendpool.pool.Listener;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A TCP port: one listening socket for each event loop. A change of what is spoken on it needs no new socket: each
 * connection is served as the listener says at its beginning. Any thread.
 */
final class TcpPort implements BoundPort {
    /** So many more connections than the least loaded loop, and an eighth, may a loop have and still keep what it accepts. */
    private static final int SLACK = 2;

    private final List<AcceptingSocket> sockets = new CopyOnWriteArrayList<>();
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

    void add(AcceptingSocket socket) {
        sockets.add(socket);
    }

    /**
     * Where to serve a connection that {@code accepting} has accepted. The kernel deals connections out by a hash of their
     * addresses, which with few of them is uneven: a few busy ones would share a loop while another is idle.
     */
    AcceptingSocket placeFor(AcceptingSocket accepting) {
        AcceptingSocket least = accepting;
        for (int i = 0; i < sockets.size(); i++) {
            AcceptingSocket other = sockets.get(i);
            if (other.load() < least.load()) {
                least = other;
            }
        }
        int fewest = least.load();
        return accepting.load() <= fewest + fewest / 8 + SLACK ? accepting : least;
    }

    @Override
    public Future<Void> drain(Duration deadline) {
        List<Future<Void>> ends = sockets.stream()
                .map(socket -> Future.fromCompletionStage(socket.drain(deadline)))
                .toList();
        return Future.join(ends).mapEmpty();
    }
}
