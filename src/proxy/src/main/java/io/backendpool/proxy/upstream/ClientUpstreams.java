package io.backendpool.proxy.upstream;

import io.backendpool.pool.BackendGroup.ProxyProtocol;
import io.backendpool.proxy.proxyprotocol.ClientEnds;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.LoopTraffic;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * One client's way to the backends: over connections that it shares with others, but where a backend wants to be told of
 * the client, over its own. Event loop only.
 */
public final class ClientUpstreams {
    private final @Nullable ClientEnds client;
    /** Null until a backend wants to be told. */
    private @Nullable PrivateConnections own;

    /** Of {@code client}; null: nothing can be told of it, so all is shared. */
    public ClientUpstreams(@Nullable ClientEnds client) {
        this.client = client;
    }

    /** The client's address; null: it is not known. */
    public @Nullable InetAddress source() {
        return client == null ? null : client.source().getAddress();
    }

    /** An idle connection to {@code target} that this client's requests may use; null: there is none. */
    public @Nullable UpstreamLink takeIdle(Upstream target, UpstreamReceiver receiver) {
        PrivateConnections connections = own(target);
        return connections == null ? target.takeIdle(receiver) : connections.takeIdle(target, receiver);
    }

    /** Opens a connection to {@code target}, and tells {@code receiver}. */
    public void connect(Upstream target, UpstreamReceiver receiver) {
        PrivateConnections connections = own(target);
        if (connections == null) {
            target.connect(receiver);
        } else {
            connections.connect(target, receiver);
        }
    }

    private @Nullable PrivateConnections own(Upstream target) {
        ClientEnds ends = client;
        if (ends == null || target.proxyProtocol() == ProxyProtocol.NONE) {
            return null;
        }
        if (own == null) {
            own = new PrivateConnections(ends);
        }
        return own;
    }

    /** Called about every {@link LoopPolicy#TICK_MILLIS}: closes those of its own that were idle for too long. */
    public void onTick(LoopTraffic traffic) {
        if (own != null) {
            for (int left = own.closeIdle(); left > 0; left--) {
                traffic.limitHit(Limit.UPSTREAM_IDLE_TIMEOUT);
            }
        }
    }

    /** The client is gone, and with it the connections of its own. */
    public void close() {
        if (own != null) {
            own.close();
        }
    }
}
