package io.backendpool.proxy.upstream;

import io.backendpool.pool.BackendKey;
import io.backendpool.proxy.traffic.BackendTraffic;
import io.backendpool.proxy.traffic.Limit;
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
    private int retries;
    private boolean eligible;
    private boolean removed;
    private int removedTick;

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

    /** The backend has left the pool. */
    public boolean isRemoved() {
        return removed;
    }

    InetSocketAddress address() {
        return address;
    }

    /** The idle connection that was used last; null: there is none. */
    public @Nullable UpstreamLink takeIdle(UpstreamReceiver receiver) {
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
        owner.connector().connect(this, owner.currentPolicy().connectMillis(), receiver);
    }

    /** The limit that keeps one more request from being sent; null: it can be sent. */
    @Nullable
    Limit limitReached() {
        LoopPolicy policy = owner.currentPolicy();
        if (open - idle.size() >= policy.maxRequests()) {
            return Limit.REQUESTS_PER_BACKEND;
        }
        return idle.isEmpty() && open >= policy.maxConnections() ? Limit.CONNECTIONS_PER_BACKEND : null;
    }

    /** One more request can be sent now. */
    public boolean hasRoom() {
        return limitReached() == null;
    }

    boolean hasRoomForRetry() {
        return retries < owner.currentPolicy().maxRetries();
    }

    void retryStarted() {
        retries++;
    }

    void retryEnded() {
        retries--;
    }

    /** It is in the live pool with a weight above 0. */
    boolean isEligible() {
        return eligible;
    }

    void eligible(boolean now) {
        eligible = now;
    }

    /**
     * The backend left the pool so long ago that what it still has must end, however long-lived it is.
     *
     * @param tick of now
     */
    public boolean isOverdue(int tick) {
        return removed && tick - removedTick > owner.currentPolicy().drainTicks();
    }

    void idle(UpstreamConnection connection) {
        LoopPolicy policy = owner.currentPolicy();
        if (removed
                || !connection.isActive()
                || connection.served() >= policy.maxRequestsPerConnection()
                || open > policy.maxConnections()
                || idle.size() >= owner.limits().maxIdlePerBackend()) {
            connection.close();
            return;
        }
        connection.idleSince(owner.tick());
        idle.addFirst(connection);
        owner.freed(this);
    }

    void closed(UpstreamConnection connection) {
        open--;
        idle.remove(connection);
        owner.freed(this);
    }

    void connectFailed() {
        open--;
        owner.freed(this);
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

    /** The backend has left the pool: idle connections close now, the others when their exchange ends or is overdue. */
    void remove() {
        removed = true;
        removedTick = owner.tick();
        eligible = false;
        UpstreamConnection connection;
        while ((connection = idle.pollFirst()) != null) {
            connection.close();
        }
    }
}
