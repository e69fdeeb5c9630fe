package io.backendpool.proxy.upstream;

import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup.ProxyProtocol;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.pick.Picker;
import io.backendpool.pool.pick.Pickers;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.LoopTraffic;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The live pool as one event loop sees it: the picker, and an {@link Upstream} for each backend. Follows
 * {@link PoolHolder} by itself: each choice compares one reference. Event loop only.
 */
public final class LoopUpstreams {
    private static final Upstream[] NO_UPSTREAMS = {};

    private final PoolHolder pools;
    private final LoopTraffic traffic;
    private final ProxyLimits limits;
    private final RandomGenerator random;
    private final UpstreamConnector connector;
    private final Map<BackendKey, Upstream> byKey = new HashMap<>();
    private @Nullable LivePool seen;
    private Picker picker = () -> Picker.NONE;
    private Upstream[] upstreams = NO_UPSTREAMS;
    private long[] weights = {};
    private @Nullable ServerNameRoutes routes;
    private int tick;

    public LoopUpstreams(
            EventLoop loop,
            ChannelFactory<? extends Channel> channels,
            PoolHolder pools,
            LoopTraffic traffic,
            ProxyLimits limits,
            RandomGenerator random) {
        this.pools = pools;
        this.traffic = traffic;
        this.limits = limits;
        this.random = random;
        this.connector = new UpstreamConnector(loop, channels, limits);
    }

    /**
     * The backend for the next try of a request; null: there is none left.
     *
     * @param tried those that failed, not to be chosen again
     */
    public @Nullable Upstream choose(List<Upstream> tried) {
        refresh();
        return choose(picker, weights, tried);
    }

    /**
     * The same among the groups that take connections for {@code serverName}.
     *
     * @param serverName lower case; null: the client names none
     */
    public @Nullable Upstream choose(@Nullable String serverName, List<Upstream> tried) {
        refresh();
        ServerNameRoutes.Route route = route(serverName);
        return route == null ? null : choose(route.picker(), route.weights(), tried);
    }

    /** Whether a group takes connections for {@code serverName}, whatever the health of its backends. */
    public boolean isServed(@Nullable String serverName) {
        refresh();
        return route(serverName) != null;
    }

    /** How traffic is treated; the usual way until a pool is live. */
    public TrafficPolicy policy() {
        refresh();
        LivePool pool = seen;
        return pool == null ? TrafficPolicy.DEFAULT : pool.pool().snapshot().traffic();
    }

    private ServerNameRoutes.@Nullable Route route(@Nullable String serverName) {
        LivePool pool = seen;
        if (pool == null) {
            return null;
        }
        // Made for pools whose clients ask for names, and for no others.
        if (routes == null) {
            routes = new ServerNameRoutes(pool, random);
        }
        return routes.find(serverName);
    }

    private @Nullable Upstream choose(Picker from, long[] weightsOf, List<Upstream> tried) {
        for (int attempt = 0; attempt < limits.maxAttempts(); attempt++) {
            int index = from.pick();
            if (index == Picker.NONE) {
                return null;
            }
            if (usable(upstreams[index], tried)) {
                return upstreams[index];
            }
        }
        // The picker keeps naming backends that failed: take the first eligible one that was not tried.
        for (int index = 0; index < upstreams.length; index++) {
            if (weightsOf[index] > 0 && usable(upstreams[index], tried)) {
                return upstreams[index];
            }
        }
        return null;
    }

    /** Why {@link #choose} found none although none was tried; one sentence without a full stop. */
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
        int unhealthy = 0;
        for (BackendHealth health : pool.health()) {
            unhealthy += health.state() == HealthState.UNHEALTHY ? 1 : 0;
        }
        for (long weight : weights) {
            if (weight > 0) {
                return "all eligible backends in pool %s are at %,d connections per event loop"
                        .formatted(snapshot.id(), limits.maxConnectionsPerBackend());
            }
        }
        String others = unhealthy == all ? "" : ", the others have weight 0";
        return "no healthy backend in pool %s: %d of %d unhealthy%s".formatted(snapshot.id(), unhealthy, all, others);
    }

    /** Called about every 100 ms: follows the pool where there is no traffic, and closes what was idle for too long. */
    public void tick(int now, int idleTicks) {
        tick = now;
        refresh();
        for (Upstream upstream : byKey.values()) {
            int closed = upstream.closeIdleSince(now - idleTicks);
            for (int i = 0; i < closed; i++) {
                traffic.limitHit(Limit.UPSTREAM_IDLE_TIMEOUT);
            }
        }
    }

    /** Closes all idle connections. Those in use close when their exchange ends. */
    public void close() {
        byKey.values().forEach(Upstream::remove);
        byKey.clear();
        upstreams = NO_UPSTREAMS;
        picker = () -> Picker.NONE;
    }

    ProxyLimits limits() {
        return limits;
    }

    UpstreamConnector connector() {
        return connector;
    }

    int tick() {
        return tick;
    }

    private boolean usable(Upstream upstream, List<Upstream> tried) {
        if (!tried.isEmpty() && tried.contains(upstream)) {
            return false;
        }
        if (upstream.hasRoom()) {
            return true;
        }
        traffic.limitHit(Limit.CONNECTIONS_PER_BACKEND);
        return false;
    }

    /** Follows the live pool: costs one comparison where it is still the same. */
    @SuppressWarnings("ReferenceEquality") // each change of the pool is a new object, and comparing contents would cost
    public void refresh() {
        LivePool current = pools.current();
        if (current == seen || current == null) {
            return;
        }
        seen = current;
        routes = null;
        PoolSnapshot snapshot = current.pool().snapshot();
        Map<String, ProxyProtocol> headers = new HashMap<>();
        snapshot.groups().forEach(group -> headers.put(group.name(), group.proxyProtocol()));
        long[] nextWeights = current.weights().picking();
        Upstream[] next = new Upstream[snapshot.backends().size()];
        Map<BackendKey, Upstream> gone = new HashMap<>(byKey);
        for (int i = 0; i < next.length; i++) {
            Backend backend = snapshot.backends().get(i);
            gone.remove(backend.key());
            next[i] = byKey.computeIfAbsent(backend.key(), key -> new Upstream(key, traffic.backend(key), this));
            next[i].become(headers.getOrDefault(backend.key().group(), ProxyProtocol.NONE), nextWeights[i] > 0);
        }
        gone.values().forEach(Upstream::remove);
        byKey.keySet().removeAll(gone.keySet());
        traffic.retain(byKey.keySet());
        upstreams = next;
        weights = nextWeights;
        picker = Pickers.create(snapshot.loadBalancing().policy(), weights, random);
    }
}
