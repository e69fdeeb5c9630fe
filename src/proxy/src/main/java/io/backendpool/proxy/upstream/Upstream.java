package io.backendpool.proxy.upstream;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.proxy.traffic.BackendTraffic;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
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
    private final BackendGroup.Protocol protocol;
    /** Of a backend that speaks HTTP/2; the rest of the fields is of one that does not. */
    private final @Nullable StreamPool streams;

    private final Deque<UpstreamConnection> idle = new ArrayDeque<>();
    private int open;
    private boolean removed;

    Upstream(
            BackendKey key,
            BackendTraffic traffic,
            LoopUpstreams owner,
            BackendGroup.Protocol protocol,
            StreamPool.@Nullable Factory http2) {
        this.key = key;
        this.address = new InetSocketAddress(InetAddress.ofLiteral(key.host()), key.port());
        this.traffic = traffic;
        this.owner = owner;
        this.protocol = protocol;
        this.streams = protocol.isHttp2() && http2 != null ? http2.create(this) : null;
    }

    public BackendKey key() {
        return key;
    }

    public BackendTraffic traffic() {
        return traffic;
    }

    /** The backend has left the pool. */
    public boolean isRemoved() {
        return removed;
    }

    public BackendGroup.Protocol protocol() {
        return protocol;
    }

    /** Opens a connection that {@code handler} reads from and writes to. */
    public ChannelFuture open(ChannelHandler handler) {
        return owner.connector().open(this, handler);
    }

    /** Ticks of 100 ms since the start. */
    public int tick() {
        return owner.tick();
    }

    /** What one event loop may open. */
    public int maxConnections() {
        return owner.limits().maxConnectionsPerBackend();
    }

    InetSocketAddress address() {
        return address;
    }

    /** The idle connection that was used last, or a stream of a shared one; null: there is none. */
    public @Nullable UpstreamLink takeIdle(UpstreamReceiver receiver) {
        if (streams != null) {
            return streams.take(receiver);
        }
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
        if (streams != null) {
            streams.connect(receiver);
            return;
        }
        open++;
        owner.connector().connect(this, receiver);
    }

    /** A request can be sent: there is an idle connection, or room for one more. */
    boolean hasRoom() {
        if (streams != null) {
            return streams.hasRoom();
        }
        return !idle.isEmpty() || open < owner.limits().maxConnectionsPerBackend();
    }

    void idle(UpstreamConnection connection) {
        if (removed || !connection.isActive() || idle.size() >= owner.limits().maxIdlePerBackend()) {
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
        if (streams != null) {
            return streams.closeIdleSince(tick);
        }
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
        if (streams != null) {
            streams.remove();
        }
        UpstreamConnection connection;
        while ((connection = idle.pollFirst()) != null) {
            connection.close();
        }
    }
}
