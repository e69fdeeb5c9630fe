package io.backendpool.proxy.http2;

import io.backendpool.proxy.upstream.StreamPool;
import io.backendpool.proxy.upstream.Upstream;
import io.backendpool.proxy.upstream.UpstreamLink;
import io.backendpool.proxy.upstream.UpstreamReceiver;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP/2 connections of one event loop to one backend: one, and more only while all are full. A connection that the
 * backend takes back (GOAWAY) is replaced by the next request. Event loop only.
 */
@SuppressWarnings("FutureReturnValueIgnored") // how a write or a close ends, the channel tells by its events
final class BackendStreams implements StreamPool {
    /** A connection that is being made, and who waits for it. */
    private static final class Opening {
        final List<UpstreamReceiver> waiting = new ArrayList<>();
    }

    private final Http2Loop http2;
    private final Upstream upstream;
    private final List<BackendHttp2Connection> connections = new ArrayList<>();
    private final List<Opening> openings = new ArrayList<>();
    private boolean removed;

    BackendStreams(Http2Loop http2, Upstream upstream) {
        this.http2 = http2;
        this.upstream = upstream;
    }

    Upstream upstream() {
        return upstream;
    }

    @Override
    public @Nullable UpstreamLink take(UpstreamReceiver receiver) {
        for (int i = 0; i < connections.size(); i++) {
            BackendHttp2Connection connection = connections.get(i);
            if (connection.hasRoom()) {
                return connection.link(receiver);
            }
        }
        return null;
    }

    @Override
    public boolean hasRoom() {
        for (int i = 0; i < connections.size(); i++) {
            if (connections.get(i).hasRoom()) {
                return true;
            }
        }
        return openingWithRoom() != null || mayOpen();
    }

    private boolean mayOpen() {
        int limit = Math.min(http2.limits().maxBackendConnections(), upstream.maxConnections());
        return connections.size() + openings.size() < limit;
    }

    private @Nullable Opening openingWithRoom() {
        for (int i = 0; i < openings.size(); i++) {
            if (openings.get(i).waiting.size() < http2.limits().maxStreams()) {
                return openings.get(i);
            }
        }
        return null;
    }

    @Override
    public void connect(UpstreamReceiver receiver) {
        Opening opening = openingWithRoom();
        if (opening != null) {
            opening.waiting.add(receiver);
            return;
        }
        opening = new Opening();
        openings.add(opening);
        opening.waiting.add(receiver);
        open(opening);
    }

    private void open(Opening opening) {
        BackendHttp2Connection connection = BackendHttp2Connection.create(http2, this);
        upstream.open(connection).addListener((Future<Channel> done) -> opened(opening, connection, done));
    }

    private void opened(Opening opening, BackendHttp2Connection connection, Future<Channel> done) {
        openings.remove(opening);
        if (!done.isSuccess()) {
            opening.waiting.forEach(receiver -> receiver.upstreamConnectFailed(upstream, done.cause()));
            return;
        }
        if (connection.isOpen()) {
            connections.add(connection);
        }
        for (UpstreamReceiver receiver : opening.waiting) {
            if (connection.hasRoom()) {
                receiver.upstreamConnected(connection.link(receiver));
            } else {
                receiver.upstreamConnectFailed(upstream, new IOException("the backend allows too few streams"));
            }
        }
        if (removed) {
            connection.closeIfIdle();
        }
    }

    /** It takes no more streams. */
    void retired(BackendHttp2Connection connection) {
        connections.remove(connection);
    }

    boolean isRemoved() {
        return removed;
    }

    @Override
    public int closeIdleSince(int tick) {
        int closed = 0;
        for (int i = connections.size() - 1; i >= 0; i--) {
            BackendHttp2Connection connection = connections.get(i);
            if (connection.idleSince(tick)) {
                connections.remove(i);
                connection.closeIfIdle();
                closed++;
            }
        }
        return closed;
    }

    @Override
    public void remove() {
        removed = true;
        List<BackendHttp2Connection> all = List.copyOf(connections);
        connections.clear();
        all.forEach(BackendHttp2Connection::closeIfIdle);
    }
}
