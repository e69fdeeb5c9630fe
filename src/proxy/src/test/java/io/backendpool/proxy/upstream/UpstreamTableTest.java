package io.backendpool.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.health.EffectiveWeights;
import io.backendpool.pool.pick.BackendLoad;
import io.backendpool.proxy.traffic.LoopTraffic;
import io.backendpool.proxy.traffic.TrafficRecorder;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.local.LocalChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamTableTest {
    private static final BackendGroup WEB = new BackendGroup("web", 1);

    private final DefaultEventLoop loop = new DefaultEventLoop();
    private final LoopTraffic traffic = new TrafficRecorder(() -> 0).addLoop();
    private final LoopUpstreams owner = new LoopUpstreams(
            loop, LocalChannel::new, new PoolHolder(), traffic, ProxyLimits.defaults(), LoopShare.ALL, new Random(1));
    private final UpstreamTable table = new UpstreamTable(
            traffic, (key, protocol, load) -> new Upstream(key, traffic.backend(key), load, owner, protocol, null));

    @AfterEach
    void stop() {
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Any pool after any other: who stays, stays the same object; who leaves, is told; the order is the snapshot's. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 20_261_126})
    void follow_anyChange_keepsThoseThatStay(long seed) {
        Random random = new Random(seed);
        Map<BackendKey, Backend> known = new HashMap<>();
        Map<BackendKey, Upstream> before = new HashMap<>();
        for (int round = 0; round < 200; round++) {
            List<Backend> backends = new ArrayList<>();
            List<HealthState> states = new ArrayList<>();
            int kept = random.nextInt(101);
            for (int port = 1; port <= 60; port++) {
                if (random.nextInt(100) < kept) {
                    Backend backend = backend(port);
                    // Some are the same object as before, as after a delta; others equal it only, as after a whole
                    // snapshot.
                    backends.add(random.nextBoolean() ? known.getOrDefault(backend.key(), backend) : backend);
                    states.add(random.nextInt(4) == 0 ? HealthState.UNHEALTHY : HealthState.HEALTHY);
                }
            }
            backends.forEach(backend -> known.put(backend.key(), backend));
            LivePool pool = pool(WEB, backends, states);
            table.follow(pool);

            Map<BackendKey, Upstream> now = new HashMap<>();
            int eligible = 0;
            List<Backend> ordered = pool.pool().snapshot().backends();
            assertThat(table.upstreams()).hasSameSizeAs(ordered);
            for (int i = 0; i < ordered.size(); i++) {
                Upstream upstream = table.upstreams()[i];
                BackendKey key = ordered.get(i).key();
                assertThat(upstream.key()).as("seed %d, round %d", seed, round).isEqualTo(key);
                assertThat(table.loads()[i]).isSameAs(upstream.load());
                assertThat(upstream.isEligible()).isEqualTo(pool.weights().picking()[i] > 0);
                eligible += upstream.isEligible() ? 1 : 0;
                now.put(key, upstream);
                Upstream old = before.get(key);
                assertThat(old == null || old == upstream).isTrue();
            }
            assertThat(table.eligible()).isEqualTo(eligible);
            Set<BackendKey> gone = new HashSet<>(before.keySet());
            gone.removeAll(now.keySet());
            for (BackendKey key : gone) {
                assertThat(before.get(key)).matches(upstream -> upstream != null && upstream.isRemoved());
            }
            before = now;
        }
    }

    @Test
    void follow_protocolChanges_anotherUpstreamWithTheSameLoad() {
        table.follow(pool(WEB, List.of(backend(1)), List.of(HealthState.HEALTHY)));
        Upstream plain = table.upstreams()[0];
        BackendLoad load = plain.load();
        plain.tryStarted();
        BackendGroup h2c = new BackendGroup(
                "web", 1, BackendGroup.Protocol.H2C, null, BackendGroup.ProxyProtocol.NONE, List.of(), 0);
        table.follow(pool(h2c, List.of(backend(1)), List.of(HealthState.HEALTHY)));
        assertThat(table.upstreams()[0]).isNotSameAs(plain);
        assertThat(plain.isRemoved()).isTrue();
        assertThat(table.loads()[0]).isSameAs(load);
        assertThat(load.requests()).isEqualTo(1);
    }

    @Test
    void clear_all_leave() {
        table.follow(pool(WEB, List.of(backend(1), backend(2)), List.of(HealthState.HEALTHY, HealthState.HEALTHY)));
        Upstream one = table.upstreams()[0];
        table.clear();
        assertThat(one.isRemoved()).isTrue();
        assertThat(table.upstreams()).isEmpty();
        assertThat(table.eligible()).isZero();
    }

    private static Backend backend(int port) {
        return new Backend(new BackendKey("web", "127.0.0.1", port), EndpointConditions.READY, null);
    }

    /** The ports ascend, but the order of keys is that of text. */
    private static LivePool pool(BackendGroup group, List<Backend> backends, List<HealthState> states) {
        PoolSnapshot snapshot = new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(new Listener("http", 80, Listener.Protocol.HTTP)),
                List.of(group),
                backends,
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null);
        List<BackendHealth> health = states.stream()
                .map(state -> new BackendHealth(
                        state, "as the test says", Instant.EPOCH, EndpointConditions.READY, null, 0, 0))
                .toList();
        return new LivePool(
                new PublishedPool(new Revision(1, "sha256:00000000"), snapshot),
                health,
                EffectiveWeights.of(snapshot, states),
                false);
    }
}
