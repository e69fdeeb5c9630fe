package io.backendpool.proxy.upstream;

import io.backendpool.proxy.proxyprotocol.ClientEnds;
import io.backendpool.proxy.proxyprotocol.ProxyHeader;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The backend connections of one client: each began with a header that names this client, so no other may use them, and
 * they end with the client's connection. Event loop only.
 */
public final class PrivateConnections {
    /** Unused ones that are kept; a client whose requests go to more backends than this opens new ones. */
    private static final int MAX_IDLE = 4;

    private final ClientEnds client;
    private final Deque<UpstreamConnection> idle = new ArrayDeque<>();
    private boolean closed;

    /** None is open yet; each will begin with what is said of {@code client}. */
    public PrivateConnections(ClientEnds client) {
        this.client = client;
    }

    /** An idle connection to {@code target}; null: there is none. */
    public @Nullable UpstreamConnection takeIdle(Upstream target, UpstreamReceiver receiver) {
        for (Iterator<UpstreamConnection> each = idle.iterator(); each.hasNext(); ) {
            UpstreamConnection connection = each.next();
            if (!connection.isActive()) {
                each.remove();
            } else if (connection.upstream().equals(target)) {
                each.remove();
                if (connection.reuse(receiver)) {
                    return connection;
                }
            }
        }
        return null;
    }

    /** Opens a connection to {@code target}, and tells {@code receiver}. */
    public void connect(Upstream target, UpstreamReceiver receiver) {
        target.connect(receiver, this);
    }

    /** Closes those that have been idle for long enough; returns how many. */
    public int closeIdle() {
        int count = 0;
        UpstreamConnection oldest;
        while ((oldest = idle.peekLast()) != null
                && oldest.isIdleTooLong(oldest.upstream().tick())) {
            idle.removeLast().close();
            count++;
        }
        return count;
    }

    /** The client is gone. */
    public void close() {
        closed = true;
        idle.forEach(UpstreamConnection::close);
        idle.clear();
    }

    ByteBuf header(Upstream target) {
        return ProxyHeader.of(target.proxyProtocol(), client);
    }

    @SuppressWarnings("ReferenceEquality") // see BackendTls: equal settings are one object
    void idle(UpstreamConnection connection, int idleTicks) {
        if (connection.tls() != connection.upstream().tls()
                || closed
                || !connection.isActive()
                || connection.upstream().isRemoved()) {
            connection.close();
            return;
        }
        connection.upstream().becomesIdle(connection, idleTicks);
        idle.addFirst(connection);
        if (idle.size() > MAX_IDLE) {
            idle.removeLast().close();
        }
    }
}
