package io.backendpool.proxy.upstream;

import io.backendpool.pool.BackendGroup.ProxyProtocol;
import io.backendpool.pool.BackendKey;
import io.backendpool.proxy.traffic.BackendTraffic;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One backend as one event loop sees it: its idle connections, last used first, and its counters. It stays the same over
 * all revisions that have the backend. Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the listener of a close is told in any case
public final class Upstream {
    private final BackendKey key;
    private final InetSocketAddress address;
    private final BackendTraffic traffic;
    private final LoopUpstreams owner;
    private final Deque<UpstreamConnection> idle = new ArrayDeque<>();
    private int open;
    private boolean removed;
    private boolean eligible;
    private ProxyProtocol header = ProxyProtocol.NONE;

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

    public InetSocketAddress address() {
        return address;
    }

    /** It is in the live pool, and gets new traffic. */
    public boolean isEligible() {
        return eligible && !removed;
    }

    /** It has left the pool. A backend that comes back is a new object. */
    public boolean isRemoved() {
        return removed;
    }

    /** The header that each connection to it begins with; but for NONE, a connection is of one client only. */
    public ProxyProtocol proxyProtocol() {
        return header;
    }

    /** What the live pool says of it from now on. */
    void become(ProxyProtocol nextHeader, boolean nowEligible) {
        eligible = nowEligible;
        if (header != nextHeader) {
            header = nextHeader;
            closeIdle();
        }
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

    /** The same, with a connection that begins with what {@code client} tells of its one client. */
    void connect(UpstreamReceiver receiver, PrivateConnections client) {
        open++;
        owner.connector().connect(this, receiver, client);
    }

    /**
     * Opens a connection that {@code handler} reads, of which nothing is known here but that it takes room until it is
     * closed. The future ends on this event loop.
     */
    public Future<Channel> open(ChannelHandler handler, Duration connectTimeout) {
        open++;
        return owner.connector().open(address, handler, connectTimeout).addListener((Future<Channel> done) -> {
            if (done.isSuccess()) {
                done.getNow().closeFuture().addListener(closed -> open--);
            } else {
                open--;
            }
        });
    }

    /** A request can be sent: there is an idle connection, or room for one more. */
    boolean hasRoom() {
        return !idle.isEmpty() || open < owner.limits().maxConnectionsPerBackend();
    }

    int tick() {
        return owner.tick();
    }

    void idle(UpstreamConnection connection) {
        if (removed
                || header != ProxyProtocol.NONE
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
