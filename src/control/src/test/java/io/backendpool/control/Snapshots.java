package io.backendpool.control;

import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.StatusRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Pools to test with: one by hand, and any number at random, all of the pool shop/web. */
final class Snapshots {
    static final PoolId ID = new PoolId("shop", "web");

    private Snapshots() {}

    static PoolSnapshot of(int... lastOctets) {
        List<Backend> backends = new ArrayList<>();
        for (int octet : lastOctets) {
            backends.add(backend("stable", octet));
        }
        return new PoolSnapshot(
                ID,
                List.of(new Listener("http", 8080, Listener.Protocol.HTTP)),
                List.of(new BackendGroup("stable", 90), new BackendGroup("legacy", 10)),
                backends,
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                new HealthCheck(
                        new HealthCheck.HttpProbe("/healthz", null, List.of(new StatusRange(200, 299))),
                        null,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(1),
                        2,
                        3));
    }

    static PublishedPool published(long number, int... lastOctets) {
        PoolSnapshot snapshot = of(lastOctets);
        return new PublishedPool(new Revision(number, SnapshotDigest.of(snapshot)), snapshot);
    }

    static Backend backend(String group, int lastOctet) {
        return new Backend(new BackendKey(group, "10.0.0." + lastOctet, 8080), EndpointConditions.READY, null);
    }

    static Arbitrary<PoolSnapshot> any() {
        Arbitrary<List<Listener>> listeners = Combinators.combine(
                        Arbitraries.of("http", "web", "ünïcode"),
                        Arbitraries.integers().between(1, 65_535))
                .as((name, port) -> new Listener(name, port, Listener.Protocol.HTTP))
                .list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .uniqueElements(Listener::name)
                .uniqueElements(Listener::port);
        Arbitrary<List<BackendGroup>> groups = Combinators.combine(
                        Arbitraries.integers().between(0, BackendGroup.MAX_WEIGHT),
                        Arbitraries.integers().between(0, BackendGroup.MAX_WEIGHT),
                        Arbitraries.of(true, false))
                .as((a, b, swapped) -> swapped
                        ? List.of(new BackendGroup("b", b), new BackendGroup("a", a))
                        : List.of(new BackendGroup("a", a), new BackendGroup("b", b)));
        Arbitrary<List<Backend>> backends = Combinators.combine(
                        Arbitraries.of("a", "b"),
                        Arbitraries.of("10.0.0.1", "10.0.0.2", "10.0.0.10", "2001:db8::7"),
                        Arbitraries.of(80, 8080),
                        conditions(),
                        Arbitraries.of("web-0", "", "ß").injectNull(0.5))
                .as((group, host, port, conditions, origin) ->
                        new Backend(new BackendKey(group, host, port), conditions, origin))
                .list()
                .ofMaxSize(12)
                .uniqueElements(Backend::key);
        return Combinators.combine(listeners, groups, backends, Arbitraries.of(LoadBalancing.Policy.class), checks())
                .as((l, g, b, policy, check) -> new PoolSnapshot(ID, l, g, b, new LoadBalancing(policy), check));
    }

    private static Arbitrary<EndpointConditions> conditions() {
        Arbitrary<Boolean> flag = Arbitraries.of(true, false);
        return Combinators.combine(flag, flag, flag).as(EndpointConditions::new);
    }

    private static Arbitrary<HealthCheck> checks() {
        Arbitrary<HealthCheck.Probe> http = Arbitraries.of("h.example", "")
                .injectNull(0.5)
                .map(host -> new HealthCheck.HttpProbe(
                        "/healthz", host, List.of(new StatusRange(200, 299), new StatusRange(404, 404))));
        Arbitrary<HealthCheck.Probe> tcp = Arbitraries.just(new HealthCheck.TcpProbe());
        return Combinators.combine(
                        Arbitraries.oneOf(http, tcp),
                        Arbitraries.integers().between(1, 65_535).injectNull(0.5),
                        Arbitraries.longs().between(1_000, 60_000_000))
                .as((probe, port, micros) ->
                        new HealthCheck(probe, port, Duration.ofSeconds(61), Duration.ofNanos(micros * 1_000), 2, 3))
                .injectNull(0.3);
    }
}
