package io.backendpool.proxy.upstream;

import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.PoolSnapshot;
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
    private StreamPool.@Nullable Factory http2;
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

    /** Backends that speak HTTP/2 are reached through what {@code factory} makes. Before the first choice. */
    public void speaksHttp2(StreamPool.Factory factory) {
        http2 = factory;
    }

    /**
     * The backend for the next try of a request; null: there is none left.
     *
     * @param tried those that failed, not to be chosen again
     */
    public @Nullable Upstream choose(List<Upstream> tried) {
        refresh();
        for (int attempt = 0; attempt < limits.maxAttempts(); attempt++) {
            int index = picker.pick();
            if (index == Picker.NONE) {
                return null;
            }
            if (usable(upstreams[index], tried)) {
                return upstreams[index];
            }
        }
        // The picker keeps naming backends that failed: take the first eligible one that was not tried.
        for (int index = 0; index < upstreams.length; index++) {
            if (weights[index] > 0 && usable(upstreams[index], tried)) {
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

    @SuppressWarnings("ReferenceEquality") // each change of the pool is a new object, and comparing contents would cost
    private void refresh() {
        LivePool current = pools.current();
        if (current == seen || current == null) {
            return;
        }
        seen = current;
        PoolSnapshot snapshot = current.pool().snapshot();
        Map<String, BackendGroup.Protocol> protocols = new HashMap<>();
        snapshot.groups().forEach(group -> protocols.put(group.name(), group.protocol()));
        Upstream[] next = new Upstream[snapshot.backends().size()];
        Map<BackendKey, Upstream> gone = new HashMap<>(byKey);
        for (int i = 0; i < next.length; i++) {
            Backend backend = snapshot.backends().get(i);
            // A snapshot has no backend without its group.
            BackendGroup.Protocol protocol =
                    protocols.getOrDefault(backend.key().group(), BackendGroup.Protocol.HTTP);
            Upstream known = byKey.get(backend.key());
            if (known != null && known.protocol() == protocol) {
                gone.remove(backend.key());
                next[i] = known;
            } else {
                next[i] = new Upstream(backend.key(), traffic.backend(backend.key()), this, protocol, http2);
                byKey.put(backend.key(), next[i]);
            }
        }
        gone.values().forEach(Upstream::remove);
        gone.forEach(byKey::remove);
        traffic.retain(byKey.keySet());
        upstreams = next;
        weights = current.weights().picking();
        picker = Pickers.create(snapshot.loadBalancing().policy(), weights, random);
    }
}
