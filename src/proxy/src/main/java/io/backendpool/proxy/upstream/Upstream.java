package io.backendpool.proxy.upstream;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendGroup.ProxyProtocol;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.health.FailureKind;
import io.backendpool.pool.health.Outcomes;
import io.backendpool.pool.pick.BackendLoad;
import io.backendpool.proxy.tls.BackendTls;
import io.backendpool.proxy.traffic.BackendTraffic;
import io.backendpool.proxy.traffic.Limit;
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
    /** A connection that was used less long ago is taken for alive: under load the question would cost, and find nothing. */
    private static final long UNSURE_AFTER_NANOS = 1_000_000;

    private final BackendKey key;
    private final InetSocketAddress address;
    private final BackendTraffic traffic;
    private final BackendLoad load;
    private final LoopUpstreams owner;
    private final BackendGroup.Protocol protocol;
    /** Of a backend that speaks HTTP/2; the rest of the fields is of one that does not. */
    private final @Nullable StreamPool streams;

    private final Deque<UpstreamConnection> idle = new ArrayDeque<>();
    private int open;
    private int retries;
    private boolean eligible;
    private boolean draining;
    private @Nullable BackendOutcomes counted;
    /** Null: nobody wants to know. */
    private @Nullable Outcomes outcomes;

    private boolean removed;
    private ProxyProtocol header = ProxyProtocol.NONE;
    private int removedTick;
    private @Nullable BackendTls tls;

    Upstream(
            BackendKey key,
            BackendTraffic traffic,
            BackendLoad load,
            LoopUpstreams owner,
            BackendGroup.Protocol protocol,
            StreamPool.@Nullable Factory http2) {
        this.key = key;
        this.address = new InetSocketAddress(InetAddress.ofLiteral(key.host()), key.port());
        this.traffic = traffic;
        this.load = load;
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

    /** What policies compare. */
    BackendLoad load() {
        return load;
    }

    /** From now on outcomes are counted there; null: nowhere. */
    @SuppressWarnings("ReferenceEquality") // the same object as long as the backend stays in the pool
    void count(@Nullable BackendOutcomes where) {
        if (where != counted) {
            counted = where;
            outcomes = where == null ? null : where.join();
        }
    }

    /**
     * The head of a response has come.
     *
     * @param sentNanos when the try was sent, by {@code LoopTraffic.now}
     */
    public void answered(int status, long sentNanos) {
        Outcomes into = outcomes;
        if (into != null) {
            tell(into.answered(status, owner.traffic().now() - sentNanos));
        }
    }

    /** No response has come, and the backend is to blame. */
    public void failed(FailureKind kind) {
        Outcomes into = outcomes;
        if (into != null) {
            tell(into.failed(kind));
        }
    }

    /** What has no responses has worked: a connection was made, after {@code nanos}. */
    public void succeeded(long nanos) {
        Outcomes into = outcomes;
        if (into != null) {
            into.succeeded(nanos);
        }
    }

    private void tell(@Nullable FailureKind run) {
        if (run != null) {
            owner.tellRun(key, run);
        }
    }

    /** It was chosen for a request or a stream: what follows, be it to connect, is load. */
    public void tryStarted() {
        load.requestStarted();
        load.connectionOpened();
    }

    /**
     * The request or stream needs it no more; to be called once for each {@link #tryStarted}.
     *
     * @param latencyNanos what it took; negative: it was not measured, or says nothing of the backend
     * @param failed the backend is to blame
     * @param nowNanos by {@code LoopTraffic.now}
     */
    public void tryEnded(long latencyNanos, boolean failed, long nowNanos) {
        owner.timeIs(nowNanos);
        load.requestEnded(latencyNanos, failed, nowNanos);
        load.connectionClosed();
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

    public InetSocketAddress address() {
        return address;
    }

    /** It is in the live pool, and gets new traffic. */
    public boolean isEligible() {
        return eligible && !removed;
    }

    /** It may get requests of sessions that it has: it is eligible, or drains. */
    boolean servesSessions() {
        return (eligible || draining) && !removed;
    }

    /** It has left the pool. A backend that comes back is a new object. */
    public boolean isRemoved() {
        return removed;
    }

    public BackendGroup.Protocol protocol() {
        return protocol;
    }

    /** What one event loop may open. */
    public int maxConnections() {
        return owner.currentPolicy().maxConnections();
    }

    /** Opens a connection that {@code handler} reads from and writes to once it is secured. The future ends on the loop. */
    public Future<Channel> open(ChannelHandler handler) {
        return owner.connector().open(this, owner.currentPolicy().connectMillis(), handler);
    }

    /** The header that each connection to it begins with; but for NONE, a connection is of one client only. */
    public ProxyProtocol proxyProtocol() {
        return header;
    }

    /** What the live pool says of it from now on. */
    void become(ProxyProtocol nextHeader, boolean nowEligible, boolean nowDraining) {
        eligible = nowEligible;
        draining = nowDraining;
        if (header != nextHeader) {
            header = nextHeader;
            closeIdle();
        }
    }

    /** The idle connection that was used last, or a stream of a shared one; null: there is none. */
    public @Nullable UpstreamLink takeIdle(UpstreamReceiver receiver) {
        if (streams != null) {
            return streams.take(receiver);
        }
        UpstreamConnection connection;
        while ((connection = idle.pollFirst()) != null) {
            if (connection.reuse(receiver)) {
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
        owner.connector().connect(this, owner.currentPolicy().connectMillis(), receiver, null);
    }

    /** The same, with a connection that begins with what {@code client} tells of its one client. */
    void connect(UpstreamReceiver receiver, PrivateConnections client) {
        open++;
        owner.connector().connect(this, owner.currentPolicy().connectMillis(), receiver, client);
    }

    /**
     * Opens a connection that {@code handler} reads, of which nothing is known here but that it takes room until it is
     * closed. The future ends on this event loop.
     */
    public Future<Channel> open(ChannelHandler handler, Duration connectTimeout) {
        open++;
        return owner.connector().open(address, handler, connectTimeout).addListener((Future<Channel> done) -> {
            if (done.isSuccess()) {
                done.getNow().closeFuture().addListener(closed -> given());
            } else {
                given();
            }
        });
    }

    private void given() {
        open--;
        owner.freed(this);
    }

    /** The limit that keeps one more request from being sent; null: it can be sent. */
    @Nullable
    Limit limitReached() {
        if (streams != null) {
            return streams.hasRoom() ? null : Limit.CONNECTIONS_PER_BACKEND;
        }
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

    /**
     * The backend left the pool so long ago that what it still has must end, however long-lived it is.
     *
     * @param tick of now
     */
    public boolean isOverdue(int tick) {
        return removed && tick - removedTick > owner.currentPolicy().drainTicks();
    }

    /** Ticks of {@link LoopPolicy#TICK_MILLIS} since the start. */
    public int tick() {
        return owner.tick();
    }

    @SuppressWarnings("ReferenceEquality") // see BackendTls: equal settings are one object
    void idle(UpstreamConnection connection, int idleTicks) {
        LoopPolicy policy = owner.currentPolicy();
        if (removed
                || header != ProxyProtocol.NONE
                || connection.tls() != tls
                || !connection.isActive()
                || connection.served() >= policy.maxRequestsPerConnection()
                || open > policy.maxConnections()
                || idle.size() >= owner.limits().maxIdlePerBackend()) {
            connection.close();
            return;
        }
        becomesIdle(connection, idleTicks);
        idle.addFirst(connection);
        owner.freed(this);
    }

    /** {@code connection} is unused from now on, for as long as the backend says, but not longer than all others. */
    void becomesIdle(UpstreamConnection connection, int idleTicks) {
        int ticks = Math.min(idleTicks, owner.currentPolicy().upstreamIdleTicks());
        connection.idle(owner.lastEndNanos(), owner.tick() + ticks);
    }

    /** Whether the backend has ended {@code channel}, which is unused since {@code nanos}, as far as that is worth a question. */
    boolean hasEndedSince(long nanos, Channel channel) {
        return owner.traffic().now() - nanos > UNSURE_AFTER_NANOS
                && owner.kernel().hasEnded(channel);
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

    /** Closes what has been idle for long enough at tick {@code now}; returns how many. */
    int closeIdle(int now) {
        if (streams != null) {
            return streams.closeIdleSince(now - owner.currentPolicy().upstreamIdleTicks());
        }
        int closed = 0;
        UpstreamConnection oldest;
        while ((oldest = idle.peekLast()) != null && oldest.isIdleTooLong(now)) {
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
        closeIdle();
        if (streams != null) {
            streams.remove();
        }
    }

    private void closeIdle() {
        UpstreamConnection connection;
        while ((connection = idle.pollFirst()) != null) {
            connection.close();
        }
    }
}
