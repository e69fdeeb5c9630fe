package io.backendpool.proxy.upstream;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HashKey;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.Session;
import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.health.FailureKind;
import io.backendpool.pool.pick.Hashing;
import io.backendpool.pool.pick.PickPlan;
import io.backendpool.pool.pick.PickPlans;
import io.backendpool.pool.pick.Picker;
import io.backendpool.pool.session.SessionTable;
import io.backendpool.pool.session.TokenCodec;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.LoopTraffic;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The live pool as one event loop sees it: the picker, an {@link Upstream} for each backend, the policy, and the requests
 * that wait for a backend with room. Follows {@link PoolHolder} by itself: each request compares one reference. Event loop
 * only.
 */
public final class LoopUpstreams {
    /** Idle connections are looked for on each backend once in so many ticks. */
    private static final int IDLE_TURNS = 10;

    private final PoolHolder pools;
    private final LoopTraffic traffic;
    private final ProxyLimits limits;
    private final LoopShare share;
    private final RandomGenerator random;
    private final UpstreamConnector connector;
    private final RetryBudget retryBudget = new RetryBudget();
    private final RequestQueue queue = new RequestQueue();
    private final KernelView kernel = new KernelView();
    private final UpstreamTable table;
    private @Nullable LivePool seen;
    private LoopPolicy policy;
    private Picker picker;
    /** Of the live pool's routes, as they are asked for. */
    private final IdentityHashMap<ServerNameRoutes.Route, Picker> routePickers = new IdentityHashMap<>();

    private LoadBalancing loadBalancing = new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN);
    private @Nullable LoopSessions sessions;
    private @Nullable TokenCodec codec;
    private SessionKeys keys = SessionKeys.NONE;
    private StreamPool.@Nullable Factory http2;
    private int tick;
    private long pickNanos;

    public LoopUpstreams(
            EventLoop loop,
            ChannelFactory<? extends Channel> channels,
            PoolHolder pools,
            LoopTraffic traffic,
            ProxyLimits limits,
            LoopShare share,
            RandomGenerator random) {
        this.pools = pools;
        this.traffic = traffic;
        this.limits = limits;
        this.share = share;
        this.random = random;
        this.connector = new UpstreamConnector(loop, channels);
        this.policy = LoopPolicy.of(TrafficPolicy.DEFAULT, limits, share);
        this.table = new UpstreamTable(
                traffic, (key, protocol, load) -> new Upstream(key, traffic.backend(key), load, this, protocol, http2));
        this.picker = picker(PickPlans.empty());
    }

    /** The policy of the live pool, looked up now; the usual one as long as there is no pool. */
    public LoopPolicy policy() {
        refresh();
        return policy;
    }

    /** Counts the requests under way, and limits the retries among them. */
    public RetryBudget retryBudget() {
        return retryBudget;
    }

    /** Backends that speak HTTP/2 are reached through what {@code factory} makes. Before the first choice. */
    public void speaksHttp2(StreamPool.Factory factory) {
        http2 = factory;
    }

    /**
     * The backend for the next try of a request; null: there is none left that has room.
     *
     * @param hash of the request's key; random where it has none
     * @param tried those that failed, not to be chosen again
     * @param asRetry the backend must have room for one more retry, too
     */
    @Nullable
    Upstream choose(long hash, List<Upstream> tried, boolean asRetry) {
        refresh();
        return choose(picker, null, hash, tried, asRetry);
    }

    /** The sessions of the live pool, which was looked up by {@link #policy}; null: it has none. */
    public @Nullable LoopSessions sessions() {
        return sessions;
    }

    /** How backends are chosen in the live pool, which was looked up by {@link #policy}. */
    public LoadBalancing loadBalancing() {
        return loadBalancing;
    }

    /** The policy chooses by a key of the request. */
    public boolean usesHash() {
        return picker.usesHash();
    }

    /** Whether {@code upstream} has room for a request of a session that it has; it may be draining. */
    boolean usableBySession(Upstream upstream) {
        if (!upstream.servesSessions()) {
            return false;
        }
        Limit reached = upstream.limitReached();
        if (reached != null) {
            traffic.limitHit(reached);
        }
        return reached == null;
    }

    /** The hash of a request that has no key; the same one for all its tries. */
    public long randomHash() {
        return picker.usesHash() ? random.nextLong() : 0;
    }

    /**
     * The backend for the next try of a stream; null: there is none left that has room.
     *
     * @param client whose it is; null: that is not known
     */
    public @Nullable Upstream choose(@Nullable InetAddress client, List<Upstream> tried) {
        refresh();
        Upstream session = bound(client);
        return session != null && !tried.contains(session) && usableBySession(session)
                ? session
                : choose(picker, null, streamHash(client, null), tried, false);
    }

    /**
     * The same among the groups that take connections for {@code serverName}.
     *
     * @param serverName lower case; null: the client names none
     */
    public @Nullable Upstream choose(@Nullable String serverName, @Nullable InetAddress client, List<Upstream> tried) {
        refresh();
        LivePool pool = seen;
        if (pool == null || pool.routes() == null) {
            return choose(client, tried);
        }
        ServerNameRoutes.Route route = pool.routes().find(serverName);
        if (route == null) {
            return null;
        }
        Upstream session = bound(client);
        if (session != null
                && route.groups().contains(session.key().group())
                && !tried.contains(session)
                && usableBySession(session)) {
            return session;
        }
        Picker among = routePickers.computeIfAbsent(route, wanted -> picker(wanted.plan()));
        return choose(among, route.weights(), streamHash(client, serverName), tried, false);
    }

    private Picker picker(PickPlan plan) {
        return plan.picker(table.loads(), random, this::pickNanos);
    }

    /** The backend of the session of {@code client}; null: it has none. */
    private @Nullable Upstream bound(@Nullable InetAddress client) {
        LoopSessions known = sessions;
        return known == null
                        || client == null
                        || !(known.session().kind() instanceof Session.SourceIp(int prefixV4, int prefixV6))
                ? null
                : known.ofSource(Hashing.hash(client.getAddress(), prefixV4, prefixV6))
                        .backend();
    }

    /** Of the first key that a stream has; random where it has none. */
    private long streamHash(@Nullable InetAddress client, @Nullable String serverName) {
        if (picker.usesHash()) {
            for (HashKey key : loadBalancing.hash()) {
                if (key instanceof HashKey.ClientIp(int prefixV4, int prefixV6) && client != null) {
                    return Hashing.hash(client.getAddress(), prefixV4, prefixV6);
                }
                if (key instanceof HashKey.ServerName && serverName != null) {
                    return Hashing.hash(serverName);
                }
            }
        }
        return randomHash();
    }

    /** Whether a group takes connections for {@code serverName}, whatever the health of its backends. */
    public boolean isServed(@Nullable String serverName) {
        refresh();
        LivePool pool = seen;
        return pool != null && (pool.routes() == null || pool.routes().find(serverName) != null);
    }

    private @Nullable Upstream choose(
            Picker from, long @Nullable [] weightsOf, long hash, List<Upstream> tried, boolean asRetry) {
        for (int attempt = 0; attempt < limits.maxAttempts(); attempt++) {
            int index = from.pick(hash, attempt);
            if (index == Picker.NONE) {
                break;
            }
            Upstream picked = table.upstreams()[index];
            if ((tried.isEmpty() || !tried.contains(picked)) && usable(picked, asRetry)) {
                return picked;
            }
        }
        // The picker names backends that failed, or no more: take the first eligible one that was not tried.
        for (int index = 0; index < table.upstreams().length; index++) {
            Upstream upstream = table.upstreams()[index];
            boolean wanted = weightsOf == null || weightsOf[index] > 0;
            if (wanted && !tried.contains(upstream) && usable(upstream, asRetry)) {
                return upstream;
            }
        }
        return null;
    }

    /** Whether a request can be sent to {@code upstream} now; counts the limit that says no. */
    boolean usable(Upstream upstream, boolean asRetry) {
        if (!upstream.isEligible()) {
            return false;
        }
        Limit reached = upstream.limitReached();
        if (reached == null && asRetry && !upstream.hasRoomForRetry()) {
            reached = Limit.RETRIES_PER_BACKEND;
        }
        if (reached == null) {
            return true;
        }
        traffic.limitHit(reached);
        return false;
    }

    /**
     * Puts a request in the queue that {@link AttemptPlan#next} found no backend for. It leaves the queue by being given a
     * backend, by its time-out, or by {@link #leave}.
     *
     * @return its place; null: there is nothing to wait for, see {@link #isBusy}, or the queue is full
     */
    public @Nullable Object enqueue(QueuedRequest request) {
        if (!isBusy(request.tried())) {
            return null;
        }
        if (queue.waiting() >= (long) policy.maxPending() * table.eligible()) {
            traffic.limitHit(Limit.QUEUE_FULL);
            return null;
        }
        traffic.queued(1);
        return queue.add(request, tick);
    }

    /** The request does not wait any more. */
    public void leave(Object place) {
        int before = queue.waiting();
        queue.leave((RequestQueue.Place) place);
        traffic.queued(queue.waiting() - before);
    }

    /** Whether there are eligible backends beside {@code tried}, so that none was chosen only because all are at a limit. */
    public boolean isBusy(List<Upstream> tried) {
        for (Upstream upstream : table.upstreams()) {
            if (upstream.isEligible() && !tried.contains(upstream)) {
                return true;
            }
        }
        return false;
    }

    /** Why no backend was chosen although none was tried; one sentence without a full stop. */
    public String unavailableReason() {
        LivePool pool = seen;
        if (pool == null) {
            return "no pool is live in this proxy yet";
        }
        PoolSnapshot snapshot = pool.pool().snapshot();
        int all = snapshot.backends().size();
        if (all == 0) {
            return "pool " + snapshot.id() + " has no backends";
        }
        if (table.eligible() > 0) {
            return "all %,d eligible backends in pool %s are at a limit of circuitBreaker, and the queue is full"
                    .formatted(table.eligible(), snapshot.id());
        }
        int unhealthy = 0;
        for (BackendHealth health : pool.health()) {
            HealthState state = health.state();
            unhealthy += state == HealthState.UNHEALTHY || state == HealthState.EJECTED ? 1 : 0;
        }
        String others = unhealthy == all ? "" : ", the others have weight 0";
        return "no healthy backend in pool %s: %d of %d unhealthy%s".formatted(snapshot.id(), unhealthy, all, others);
    }

    /** Called about every {@link LoopPolicy#TICK_MILLIS}: follows the pool where there is no traffic, and ends waits. */
    public void tick(int now) {
        tick = now;
        pickNanos = traffic.now();
        refresh();
        // Some of them each time: with thousands of backends the walk itself would cost.
        for (int index = Math.floorMod(now, IDLE_TURNS); index < table.upstreams().length; index += IDLE_TURNS) {
            int closed = table.upstreams()[index].closeIdle(now);
            for (int i = 0; i < closed; i++) {
                traffic.limitHit(Limit.UPSTREAM_IDLE_TIMEOUT);
            }
        }
        QueuedRequest late;
        while ((late = queue.pollWaitingSince(now - policy.queueTicks() - 1)) != null) {
            traffic.queued(-1);
            traffic.limitHit(Limit.QUEUE_TIMEOUT);
            late.queueTimedOut();
        }
    }

    /** Closes all idle connections. Those in use close when their exchange ends. */
    public void close() {
        table.clear();
        picker = picker(PickPlans.empty());
    }

    /** {@code upstream} has room for one more request, or may have it: those who wait for it go first. */
    void freed(Upstream upstream) {
        while (queue.waiting() > 0 && upstream.isEligible() && upstream.limitReached() == null) {
            QueuedRequest next = queue.pollFor(upstream);
            if (next == null) {
                return;
            }
            traffic.queued(-1);
            next.backendFree(upstream);
        }
    }

    void tellRun(BackendKey backend, FailureKind kind) {
        pools.tellRun(backend, kind);
    }

    LoopTraffic traffic() {
        return traffic;
    }

    ProxyLimits limits() {
        return limits;
    }

    /** The policy as it was when the pool was looked up last. */
    LoopPolicy currentPolicy() {
        return policy;
    }

    UpstreamConnector connector() {
        return connector;
    }

    int tick() {
        return tick;
    }

    KernelView kernel() {
        return kernel;
    }

    /** When something ended last, or a tick began. */
    long lastEndNanos() {
        return pickNanos;
    }

    /**
     * Now, to a tick: latencies decay over seconds, and to read the clock costs more than a choice. Exact where something has
     * just ended.
     */
    private long pickNanos() {
        return pickNanos;
    }

    /** Something has ended at this time. */
    void timeIs(long nanos) {
        pickNanos = nanos;
    }

    /** Follows the live pool: costs one comparison where it is still the same. */
    @SuppressWarnings("ReferenceEquality") // each change of the pool is a new object, and comparing contents would cost
    public void refresh() {
        LivePool current = pools.current();
        if (current != seen && current != null) {
            seen = current;
            follow(current);
        }
    }

    private void follow(LivePool current) {
        routePickers.clear();
        PoolSnapshot snapshot = current.pool().snapshot();
        if (!snapshot.traffic().equals(policy.source())) {
            policy = LoopPolicy.of(snapshot.traffic(), limits, share);
        }
        table.follow(current);
        picker = picker(current.plan());
        loadBalancing = snapshot.loadBalancing();
        sessions = sessions(current);
        if (queue.waiting() > 0) {
            // Limits may have been raised, and backends may have come.
            for (Upstream upstream : table.upstreams()) {
                freed(upstream);
            }
        }
    }

    private @Nullable LoopSessions sessions(LivePool current) {
        SessionTable sessionTable = current.sessions();
        if (sessionTable == null) {
            return null;
        }
        PoolSnapshot snapshot = current.pool().snapshot();
        TokenCodec signer = codec;
        if (signer == null || !snapshot.sessionKeys().equals(keys)) {
            keys = snapshot.sessionKeys();
            signer = new TokenCodec(snapshot.id().toString(), keys);
            codec = signer;
        }
        return new LoopSessions(sessionTable, signer, table.upstreams(), this::picker, random);
    }
}
