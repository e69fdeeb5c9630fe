package io.backendpool.control;

import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.StatusRange;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Health checks of all kinds, at random. */
final class HealthChecks {
    private HealthChecks() {}

    static Arbitrary<HealthCheck> any() {
        Arbitrary<HealthCheck.Agent> agents = Combinators.combine(
                        Arbitraries.integers().between(1, 65_535),
                        Arbitraries.longs().between(10, 60_000))
                .as((port, millis) -> new HealthCheck.Agent(port, Duration.ofMillis(millis), Duration.ofMillis(9)));
        return Combinators.combine(
                        Arbitraries.oneOf(http(), tcp(), grpc(), Arbitraries.just(new HealthCheck.TlsProbe())),
                        Arbitraries.integers().between(1, 65_535).injectNull(0.5),
                        Arbitraries.of(61, 62).map(Duration::ofSeconds),
                        Arbitraries.of(61, 62).map(Duration::ofSeconds),
                        Arbitraries.longs().between(1_000, 60_000_000),
                        Arbitraries.of(0, 10, 50),
                        agents.injectNull(0.5))
                .as((probe, port, interval, unhealthyInterval, micros, jitter, agent) -> new HealthCheck(
                        probe,
                        port,
                        interval,
                        unhealthyInterval,
                        Duration.ofNanos(micros * 1_000),
                        jitter,
                        2,
                        3,
                        agent));
    }

    private static Arbitrary<HealthCheck.Probe> http() {
        Arbitrary<HealthCheck.BodyMatch> bodies = Combinators.combine(
                        Arbitraries.of(HealthCheck.BodyMatch.Kind.class),
                        Arbitraries.of("ok", "st[a-z]+s", "ß"),
                        Arbitraries.of(1, 65_536, 1 << 20))
                .as(HealthCheck.BodyMatch::new);
        Arbitrary<List<HealthCheck.Header>> headers = Combinators.combine(
                        Arbitraries.of("x-probe", "authorization"), Arbitraries.of("", "a b", "ü"))
                .as(HealthCheck.Header::new)
                .list()
                .ofMaxSize(2)
                .uniqueElements(HealthCheck.Header::name);
        return Combinators.combine(
                        Arbitraries.of(HealthCheck.HttpProbe.Method.class),
                        Arbitraries.of("h.example", "").injectNull(0.5),
                        headers,
                        bodies.injectNull(0.5))
                .filter((method, host, fields, body) -> body == null || method != HealthCheck.HttpProbe.Method.HEAD)
                .as((method, host, fields, body) -> new HealthCheck.HttpProbe(
                        method,
                        "/healthz",
                        host,
                        fields,
                        List.of(new StatusRange(200, 299), new StatusRange(404, 404)),
                        body));
    }

    private static Arbitrary<HealthCheck.Probe> tcp() {
        Arbitrary<String> texts =
                Arbitraries.of("PING\\r\\n", "\\x00\\xff", "ß").injectNull(0.5);
        return Combinators.combine(texts, texts).as(HealthCheck.TcpProbe::new);
    }

    private static Arbitrary<HealthCheck.Probe> grpc() {
        return Combinators.combine(
                        Arbitraries.of("", "shop.v1.Cart"),
                        Arbitraries.of("cart.example").injectNull(0.5))
                .as(HealthCheck.GrpcProbe::new);
    }
}
