package io.backendpool.proxy.upstream;

import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.pick.BackendLoad;
import io.backendpool.pool.pick.LoopLoad;
import io.backendpool.proxy.tls.BackendTls;
import io.backendpool.proxy.traffic.LoopTraffic;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Upstream}s of the live pool on one event loop, in the order of the snapshot's backends. Event loop only.
 *
 * <p>A change of the pool is followed in one walk beside the old list: both are sorted by key, and backends that did not
 * change are the same objects. So of a pool of 10,000, of which one changed, there is hardly more to do than to compare 10,000
 * references; no key is looked up.
 */
final class UpstreamTable {
    private static final Upstream[] NONE = {};
    private static final BackendLoad[] NO_LOADS = {};

    /** Makes the upstream of a backend that is new here. */
    interface Maker {
        Upstream make(BackendKey key, BackendGroup.Protocol protocol, BackendLoad load);
    }

    /** What the backends of one group have in common. */
    private record Common(BackendGroup group, @Nullable BackendTls tls) {}

    private final LoopTraffic traffic;
    private final Maker maker;
    private final LoopLoad load = new LoopLoad();
    /** Those that left while something was under way, whose counters are still to be forgotten. */
    private final Set<BackendKey> left = new HashSet<>();

    private List<Backend> backends = List.of();
    private Upstream[] upstreams = NONE;
    private BackendLoad[] loads = NO_LOADS;
    private int eligible;

    UpstreamTable(LoopTraffic traffic, Maker maker) {
        this.traffic = traffic;
        this.maker = maker;
    }

    /** In the order of the snapshot's backends; not to be changed. */
    Upstream[] upstreams() {
        return upstreams;
    }

    /** In the same order; not to be changed. */
    BackendLoad[] loads() {
        return loads;
    }

    /** How many get new traffic. */
    int eligible() {
        return eligible;
    }

    /** All backends leave. */
    void clear() {
        for (Upstream upstream : upstreams) {
            upstream.remove();
        }
        backends = List.of();
        upstreams = NONE;
        loads = NO_LOADS;
        eligible = 0;
    }

    /** From now on the upstreams are those of {@code pool}. */
    @SuppressWarnings("ReferenceEquality") // see above, and BackendTls: equal settings are one object
    void follow(LivePool pool) {
        PoolSnapshot snapshot = pool.pool().snapshot();
        List<Backend> young = snapshot.backends();
        long[] weights = pool.weights().picking();
        List<BackendOutcomes> outcomes = pool.outcomes();
        Map<String, Common> groups = new HashMap<>();
        for (BackendGroup group : snapshot.groups()) {
            groups.put(group.name(), new Common(group, pool.tls().get(group.name())));
        }
        Upstream[] next = new Upstream[young.size()];
        BackendLoad[] nextLoads = new BackendLoad[next.length];
        int nowEligible = 0;
        int old = 0;
        String name = "";
        Common common = null;
        for (int i = 0; i < next.length; i++) {
            Backend backend = young.get(i);
            // One group's backends are neighbours, and most often share one String, too.
            if (common == null || backend.key().group() != name) {
                name = backend.key().group();
                // A snapshot has no backend without its group.
                common = Objects.requireNonNull(groups.get(name));
            }
            while (old < upstreams.length && isBefore(backends.get(old), backend)) {
                gone(upstreams[old++]);
            }
            Upstream known = old < upstreams.length && isSame(backends.get(old), backend) ? upstreams[old++] : null;
            next[i] = upstream(backend.key(), known, common);
            HealthState state = pool.health().get(i).state();
            next[i].become(common.group().proxyProtocol(), weights[i] > 0, state == HealthState.DRAINING);
            next[i].secureBy(common.tls());
            next[i].count(outcomes.isEmpty() ? null : outcomes.get(i));
            nextLoads[i] = next[i].load();
            nowEligible += weights[i] > 0 ? 1 : 0;
        }
        while (old < upstreams.length) {
            gone(upstreams[old++]);
        }
        backends = young;
        upstreams = next;
        loads = nextLoads;
        eligible = nowEligible;
        left.removeIf(traffic::forget);
    }

    @SuppressWarnings("ReferenceEquality") // see BackendTls: equal settings are one object
    private Upstream upstream(BackendKey key, @Nullable Upstream known, Common common) {
        BackendGroup.Protocol protocol = common.group().protocol();
        if (known == null) {
            left.remove(key);
            return maker.make(key, protocol, new BackendLoad(load));
        }
        // Connections that are shared cannot be secured otherwise one by one.
        if (known.protocol() == protocol && (!protocol.isHttp2() || known.tls() == common.tls())) {
            return known;
        }
        known.remove();
        // What is under way at the one before is under way at the backend.
        return maker.make(key, protocol, known.load());
    }

    private void gone(Upstream upstream) {
        upstream.remove();
        left.add(upstream.key());
    }

    @SuppressWarnings("ReferenceEquality") // see above
    private static boolean isSame(Backend old, Backend young) {
        return old == young || old.key().equals(young.key());
    }

    @SuppressWarnings("ReferenceEquality") // see above
    private static boolean isBefore(Backend old, Backend young) {
        return old != young && old.key().compareTo(young.key()) < 0;
    }
}
