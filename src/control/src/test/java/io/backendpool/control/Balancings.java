package io.backendpool.control;

import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HashKey;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.OutlierDetection;
import io.backendpool.pool.Session;
import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.SlowStart;
import io.backendpool.pool.WeightOverride;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** What a pool says of balancing, sessions and weights, at random. */
final class Balancings {
    private static final String SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private Balancings() {}

    static Arbitrary<LoadBalancing> any() {
        Arbitrary<HashKey> keys = Arbitraries.of(
                new HashKey.Header("x-user"),
                new HashKey.Cookie("user"),
                new HashKey.QueryParameter("user"),
                new HashKey.Path(),
                new HashKey.ServerName(),
                new HashKey.ClientIp(24, 56),
                HashKey.ClientIp.WHOLE);
        Arbitrary<SlowStart> slowStarts = Combinators.combine(
                        Arbitraries.longs().between(1, 86_400_000),
                        Arbitraries.of(0.1, 1.0, 1.5),
                        Arbitraries.integers().between(1, 100))
                .as((millis, aggression, minimum) -> new SlowStart(Duration.ofMillis(millis), aggression, minimum));
        Arbitrary<LoadBalancing.Locality> localities = Combinators.combine(
                        Arbitraries.of(LoadBalancing.Locality.Mode.class), Arbitraries.of(0, 70, 100))
                .as(LoadBalancing.Locality::new);
        Arbitrary<LoadBalancing.LeastRequest> choices = Combinators.combine(
                        Arbitraries.of(2, 10), Arbitraries.of(true, false))
                .as(LoadBalancing.LeastRequest::new);
        Arbitrary<LoadBalancing.RingSize> rings = Arbitraries.of(
                LoadBalancing.RingSize.DEFAULT,
                new LoadBalancing.RingSize(1, 1_048_576),
                new LoadBalancing.RingSize(1_024, 8_388_608));
        Arbitrary<int[]> numbers = Combinators.combine(
                        Arbitraries.of(0, 101, 1_000), Arbitraries.of(0, 7), Arbitraries.of(0, 50, 100))
                .as((bound, subset, panic) -> new int[] {bound, subset, panic});
        return Combinators.combine(
                        Arbitraries.of(LoadBalancing.Policy.class),
                        choices,
                        Arbitraries.of(10, 11).map(Duration::ofSeconds),
                        rings,
                        keys.list().ofMinSize(1).ofMaxSize(3).uniqueElements(),
                        localities,
                        numbers,
                        slowStarts.injectNull(0.5))
                .as((policy, leastRequest, decay, ring, hash, locality, number, slowStart) -> new LoadBalancing(
                        policy,
                        leastRequest,
                        decay,
                        ring,
                        number[0] > 0
                                        && (policy == LoadBalancing.Policy.RING_HASH
                                                || policy == LoadBalancing.Policy.MAGLEV)
                                ? (Integer) number[0]
                                : null,
                        policy.hashes() ? hash : List.of(),
                        locality,
                        number[1],
                        number[2],
                        slowStart));
    }

    static Arbitrary<Session> sessions() {
        Arbitrary<Session.Kind> cookies = Combinators.combine(
                        Arbitraries.of("backendpool", "s"),
                        Arbitraries.of(1, 3_600).map(Duration::ofSeconds).injectNull(0.5),
                        Arbitraries.of("shop.example").injectNull(0.5),
                        Arbitraries.of(Session.Cookie.SameSite.class),
                        Arbitraries.of(Session.Cookie.Prefix.class))
                .as((name, ttl, domain, sameSite, prefix) -> {
                    boolean secure = prefix != Session.Cookie.Prefix.NONE || sameSite == Session.Cookie.SameSite.NONE;
                    return new Session.Cookie(
                            name,
                            ttl,
                            "/",
                            prefix == Session.Cookie.Prefix.HOST ? null : domain,
                            sameSite,
                            secure ? Session.Cookie.Secure.ALWAYS : Session.Cookie.Secure.NEVER,
                            prefix);
                });
        Arbitrary<Session.Kind> others = Arbitraries.of(
                Session.Cookie.DEFAULT,
                new Session.LearntCookie("JSESSIONID"),
                new Session.LearntHeader("x-session"),
                new Session.SourceIp(24, 56));
        return Combinators.combine(Arbitraries.oneOf(cookies, others), Arbitraries.of(Session.OnUnavailable.class))
                .as(Session::new);
    }

    static Arbitrary<OutlierDetection> outliers() {
        Arbitrary<Integer> counts = Arbitraries.integers().between(0, 1_000_000);
        Arbitrary<int[]> numbers = counts.array(int[].class).ofSize(4);
        return Combinators.combine(
                        Arbitraries.integers().between(1, 1_000_000),
                        numbers,
                        Arbitraries.of(100, 3_600_000).map(Duration::ofMillis),
                        Arbitraries.of(1, 30).map(Duration::ofSeconds),
                        Arbitraries.integers().between(0, 50),
                        Arbitraries.of(0.1, 1.9)
                                .map(OutlierDetection.SuccessRate::new)
                                .injectNull(0.5),
                        Arbitraries.of(1, 85)
                                .map(OutlierDetection.FailurePercentage::new)
                                .injectNull(0.5),
                        Arbitraries.integers().between(0, 100))
                .as((first, more, interval, ejection, jitter, rate, percentage, probes) -> new OutlierDetection(
                        first,
                        more[0],
                        more[1],
                        more[2],
                        more[3],
                        interval,
                        ejection,
                        ejection.plusMillis(jitter),
                        jitter,
                        2 * jitter,
                        1 + probes,
                        first,
                        rate,
                        percentage,
                        probes));
    }

    static Arbitrary<AdaptiveWeight> adaptiveWeights() {
        return Combinators.combine(
                        Arbitraries.of(AdaptiveWeight.Mode.class),
                        Arbitraries.of(1, 10),
                        Arbitraries.of(10, 200),
                        Arbitraries.of(10, 100))
                .as(AdaptiveWeight::new);
    }

    static Arbitrary<List<WeightOverride>> overrides() {
        return Combinators.combine(
                        Arbitraries.of("a", "b"),
                        Arbitraries.of("10.0.0.1", "2001:db8::7").injectNull(0.5),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(0, 100),
                        Arbitraries.of("2026-06-15T00:00:00Z", "2026-06-15T00:00:00.5Z")
                                .map(Instant::parse)
                                .injectNull(0.5),
                        Arbitraries.of("", "for tonight"))
                .as((group, host, drain, weight, until, reason) -> new WeightOverride(
                        group,
                        host == null ? null : new BackendKey(group, host, 80),
                        drain,
                        drain ? 0 : weight,
                        until,
                        reason))
                .list()
                .ofMaxSize(3)
                .uniqueElements(WeightOverride::target);
    }

    static Arbitrary<SessionKeys> keys() {
        return Arbitraries.of("k1", "k2", "k3")
                .map(id -> new SessionKeys.SessionKey(id, SECRET))
                .list()
                .ofMaxSize(3)
                .uniqueElements()
                .map(SessionKeys::new);
    }
}
