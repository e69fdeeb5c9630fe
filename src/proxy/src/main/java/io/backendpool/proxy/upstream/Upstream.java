package io.backendpool.proxy.upstream;

import io.backendpool.pool.BackendKey;
import io.backendpool.proxy.tls.BackendTls;
import io.backendpool.proxy.traffic.BackendTraffic;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One backend as one event loop sees it: its idle connections, last used first, and its counters. It stays the same over
 * all revisions that have the backend. Event loop only.
 */
public final class Upstream {
    private final BackendKey key;
    private final InetSocketAddress address;
    private final BackendTraffic traffic;
    private final LoopUpstreams owner;
    private final Deque<UpstreamConnection> idle = new ArrayDeque<>();
    private int open;
    private boolean removed;
    private @Nullable BackendTls tls;

    Upstream(BackendKey key, BackendTraffic traffic, LoopUpstreams owner) {
        this.key = key;
        this.address = new InetSocketAddress(InetAddress.ofLiteral(key.host()), key.port());
        this.traffic = traffic;
        this.owner = owner;
    }

    public BackendKey key() {
        return key;
    }

    public BackendTraffic traffic() {
        return traffic;
    }

    /** How connections to it are secured; null: not at all. */
    @Nullable
    BackendTls tls() {
        return tls;
    }

    /** From now on connections are secured like this. Those that are otherwise serve no more requests. */
    @SuppressWarnings("ReferenceEquality") // see BackendTls: equal settings are one object
    void secureBy(@Nullable BackendTls next) {
        if (next != tls) {
            tls = next;
            closeIdle();
        }
    }

    InetSocketAddress address() {
        return address;
    }

    /** The idle connection that was used last; null: there is none. */
    public @Nullable UpstreamConnection takeIdle(UpstreamReceiver receiver) {
        UpstreamConnection connection;
        while ((connection = idle.pollFirst()) != null) {
            if (connection.isActive()) {
                connection.use(receiver);
                return connection;
            }
        }
        return null;
    }

    /** Opens a connection, and tells {@code receiver}. */
    public void connect(UpstreamReceiver receiver) {
        open++;
        owner.connector().connect(this, receiver);
    }

    /** A request can be sent: there is an idle connection, or room for one more. */
    boolean hasRoom() {
        return !idle.isEmpty() || open < owner.limits().maxConnectionsPerBackend();
    }

    @SuppressWarnings("ReferenceEquality") // see BackendTls: equal settings are one object
    void idle(UpstreamConnection connection) {
        if (removed
                || connection.tls() != tls
                || !connection.isActive()
                || idle.size() >= owner.limits().maxIdlePerBackend()) {
            connection.close();
            return;
        }
        connection.idleSince(owner.tick());
        idle.addFirst(connection);
    }

    void closed(UpstreamConnection connection) {
        open--;
        idle.remove(connection);
    }

    void connectFailed() {
        open--;
    }

    /** Closes what has been idle since {@code tick} or longer; returns how many. */
    int closeIdleSince(int tick) {
        int closed = 0;
        UpstreamConnection oldest;
        while ((oldest = idle.peekLast()) != null && oldest.idleSinceTick() - tick <= 0) {
            idle.removeLast();
            oldest.close();
            closed++;
        }
        return closed;
    }

    /** The backend has left the pool: idle connections close now, the others when their exchange ends. */
    void remove() {
        removed = true;
        closeIdle();
    }

    private void closeIdle() {
        UpstreamConnection connection;
        while ((connection = idle.pollFirst()) != null) {
            connection.close();
        }
    }
}
