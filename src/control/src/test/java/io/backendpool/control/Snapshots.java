package io.backendpool.control;

import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.Certificate;
import io.backendpool.pool.CircuitBreaker;
import io.backendpool.pool.ClientLimits;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.HttpSettings;
import io.backendpool.pool.IpRange;
import io.backendpool.pool.Listener;
import io.backendpool.pool.ListenerTls;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.OutlierDetection;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.Retries;
import io.backendpool.pool.Session;
import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.StatusRange;
import io.backendpool.pool.Timeouts;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.pool.UpstreamTls;
import io.backendpool.pool.WeightOverride;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.jspecify.annotations.Nullable;

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
                        Arbitraries.integers().between(1, 65_535),
                        Arbitraries.of(Listener.Protocol.class),
                        Arbitraries.of("10.0.0.0/8", "2001:db8::/32", "192.0.2.7")
                                .map(IpRange::parse)
                                .list()
                                .ofMaxSize(2),
                        Arbitraries.of(ListenerTls.TlsVersion.class))
                .as((name, port, protocol, ranges, version) -> new Listener(
                        name,
                        port,
                        protocol,
                        protocol == Listener.Protocol.HTTPS ? new ListenerTls(List.of("a", "b"), version) : null,
                        protocol.isUdp() ? List.of() : ranges))
                .list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .uniqueElements(Listener::name)
                .uniqueElements(Listener::socket);
        Arbitrary<List<BackendGroup>> groups = Combinators.combine(
                        Arbitraries.integers().between(0, BackendGroup.MAX_WEIGHT),
                        Arbitraries.integers().between(0, BackendGroup.MAX_WEIGHT),
                        Arbitraries.of(true, false),
                        Arbitraries.of(BackendGroup.Protocol.class),
                        Arbitraries.of(BackendGroup.ProxyProtocol.class),
                        Arbitraries.of("a.example", "*.b.example")
                                .list()
                                .ofMaxSize(2)
                                .uniqueElements(),
                        Arbitraries.of("PEM").injectNull(0.5))
                .as((a, b, swapped, protocol, header, names, authorities) -> {
                    UpstreamTls tls = protocol.isTls()
                            ? new UpstreamTls(swapped ? "web.example" : null, authorities, !swapped)
                            : null;
                    BackendGroup one = new BackendGroup("a", a, protocol, tls, header, names, a % 8);
                    BackendGroup other = new BackendGroup("b", b);
                    return swapped ? List.of(other, one) : List.of(one, other);
                });
        Arbitrary<List<Backend>> backends = Combinators.combine(
                        Arbitraries.of("a", "b"),
                        Arbitraries.of("10.0.0.1", "10.0.0.2", "10.0.0.10", "2001:db8::7"),
                        Arbitraries.of(80, 8080),
                        conditions(),
                        Arbitraries.of("web-0", "", "ß").injectNull(0.5),
                        Arbitraries.of("zone-a", "zone-b").injectNull(0.7),
                        Arbitraries.of("zone-a", "zone-b").list().ofMaxSize(2))
                .as((group, host, port, conditions, origin, zone, hints) ->
                        new Backend(new BackendKey(group, host, port), conditions, origin, zone, hints))
                .list()
                .ofMaxSize(12)
                .uniqueElements(Backend::key);
        Arbitrary<List<Certificate>> certificates = Combinators.combine(
                        Arbitraries.of("a", "b", "c"), Arbitraries.of("chain", "ß"), Arbitraries.of("key", "other"))
                .as(Certificate::new)
                .list()
                .ofMaxSize(3)
                .uniqueElements(Certificate::name);
        Arbitrary<Conduct> conducts = Combinators.combine(
                        Balancings.any(),
                        Balancings.sessions().injectNull(0.5),
                        Balancings.outliers().injectNull(0.5),
                        Balancings.adaptiveWeights(),
                        Balancings.overrides(),
                        Balancings.keys())
                .as(Conduct::new);
        return Combinators.combine(
                        listeners,
                        groups,
                        backends,
                        HealthChecks.any().injectNull(0.3),
                        policies(),
                        certificates,
                        conducts)
                .filter((l, g, b, check, traffic, c, conduct) -> fits(l, g, check, conduct))
                .as((l, g, b, check, traffic, c, conduct) -> new PoolSnapshot(
                        ID,
                        l,
                        g,
                        b,
                        conduct.balancing,
                        check,
                        traffic,
                        c,
                        conduct.session,
                        conduct.outliers,
                        conduct.adaptive,
                        conduct.overrides,
                        conduct.keys));
    }

    /** What is combined as one, for jqwik combines eight at most. */
    private record Conduct(
            LoadBalancing balancing,
            @Nullable Session session,
            @Nullable OutlierDetection outliers,
            AdaptiveWeight adaptive,
            List<WeightOverride> overrides,
            SessionKeys keys) {}

    /** A pool refuses what its listeners and groups cannot do. */
    private static boolean fits(
            List<Listener> listeners, List<BackendGroup> groups, @Nullable HealthCheck check, Conduct conduct) {
        try {
            new PoolSnapshot(
                    ID,
                    listeners,
                    groups,
                    List.of(),
                    conduct.balancing,
                    check,
                    TrafficPolicy.DEFAULT,
                    List.of(),
                    conduct.session,
                    null,
                    AdaptiveWeight.OFF,
                    List.of(),
                    SessionKeys.NONE);
            return true;
        } catch (IllegalArgumentException doesNotFit) {
            return false;
        }
    }

    private static Arbitrary<TrafficPolicy> policies() {
        Arbitrary<Duration> times = Arbitraries.longs().between(1, 86_400_000).map(Duration::ofMillis);
        Arbitrary<Timeouts> timeouts =
                Combinators.combine(times, times, times, times, times, times).as(Timeouts::new);
        Arbitrary<Retries> retries = Combinators.combine(
                        Arbitraries.integers().between(0, Retries.MAX_ATTEMPTS),
                        Arbitraries.of(Retries.On.class).set(),
                        Arbitraries.of(new StatusRange(502, 504), new StatusRange(429, 429))
                                .list()
                                .ofMaxSize(2),
                        times.injectNull(0.5),
                        Arbitraries.integers().between(0, 100))
                .filter((attempts, on, statuses, perTry, budget) -> perTry != null || !on.contains(Retries.On.TIMEOUT))
                .as(Retries::new);
        Arbitrary<Integer> counts = Arbitraries.integers().between(1, 1_000_000);
        Arbitrary<CircuitBreaker> breakers = Combinators.combine(
                        counts, counts, counts.injectNull(0.5), counts.injectNull(0.5), counts.injectNull(0.5))
                .as(CircuitBreaker::new);
        Arbitrary<ClientLimits> limits = Combinators.combine(
                        counts, counts.injectNull(0.5), Arbitraries.integers().between(1_024, 1 << 20))
                .as(ClientLimits::new);
        Arbitrary<HttpSettings> http = Combinators.combine(
                        Arbitraries.of(HttpSettings.Forwarding.class).set(),
                        Arbitraries.integers().between(0, 16),
                        Arbitraries.of("gw", "ü").injectNull(0.5),
                        Arbitraries.of(HttpSettings.RequestId.class))
                .as(HttpSettings::new);
        return Combinators.combine(timeouts, retries, breakers, limits, http).as(TrafficPolicy::new);
    }

    private static Arbitrary<EndpointConditions> conditions() {
        Arbitrary<Boolean> flag = Arbitraries.of(true, false);
        return Combinators.combine(flag, flag, flag).as(EndpointConditions::new);
    }
}
