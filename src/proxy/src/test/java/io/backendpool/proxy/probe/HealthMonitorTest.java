package io.backendpool.proxy.probe;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.HealthCheck.HttpProbe;
import io.backendpool.pool.HealthCheck.TcpProbe;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolMode;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.StatusRange;
import io.backendpool.pool.health.AgentState;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.health.ProxySeat;
import io.backendpool.proxy.upstream.LivePool;
import io.backendpool.proxy.upstream.PoolHolder;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Probes are real: each backend is a server on loopback. */
final class HealthMonitorTest {
    private static final Duration INTERVAL = Duration.ofMillis(60);
    private static final Duration TIMEOUT = Duration.ofMillis(50);
    private static final HealthCheck HTTP = http("/healthz", null, 2, 3);
    private static final HealthCheck TCP = new HealthCheck(new TcpProbe(), null, INTERVAL, TIMEOUT, 2, 3);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final PoolHolder pools = new PoolHolder();
    private final HealthMonitor monitor =
            new HealthMonitor(vertx, pools, InstantSource.system(), System::nanoTime, new Random(1));
    private final List<FakeBackend> backends = new ArrayList<>();
    private FakeBackend backend;
    private long revision;

    @BeforeEach
    void startBackend() throws IOException {
        backend = newBackend();
    }

    @AfterEach
    void stopAll() throws Exception {
        monitor.close().toCompletableFuture().get(5, TimeUnit.SECONDS);
        vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
        for (FakeBackend each : backends) {
            each.close();
        }
    }

    @Test
    void backend_isUnknownUntilTheFirstProbeSucceeds_thenHealthy() {
        backend.behave(new FakeBackend.Hang());
        apply(HTTP, backend.port());
        assertThat(live().health().getFirst().state()).isEqualTo(HealthState.UNKNOWN);

        backend.behave(FakeBackend.status(204));
        awaitState(0, HealthState.HEALTHY, "probes succeed");
        assertThat(live().weights().shown(0)).isEqualTo(100);
        assertThat(monitor.probesSucceeded()).isPositive();
    }

    @Test
    void seat_thatIsDealt_movesTheSubsetAtOnce_andLeavesAPoolWithoutSubsetsAlone() {
        apply(null, 1, 2, 3, 4);
        LivePool without = live();
        sit(ProxySeat.of(0, 2));
        assertThat(live()).isSameAs(without);
        assertThat(used()).hasSize(4);

        applySubsets(2, 1, 2, 3, 4);
        List<Integer> first = used();
        assertThat(first).hasSize(2);
        LivePool before = live();
        sit(ProxySeat.of(0, 2));
        assertThat(live()).isSameAs(before);

        sit(ProxySeat.of(1, 2));
        List<Integer> second = used();
        assertThat(second).hasSize(2).doesNotContainAnyElementsOf(first);
        // The next revision goes by it, too.
        applySubsets(2, 1, 2, 3, 4);
        assertThat(used()).isEqualTo(second);
    }

    @Test
    void probe_askedOverHttp_sendsPathAndHost() {
        apply(http("/up?full=1", "shop.example", 1, 1), backend.port());
        awaitState(0, HealthState.HEALTHY);
        assertThat(backend.requests().getFirst())
                .startsWith("GET /up?full=1 HTTP/1.1\r\nHost: shop.example\r\n")
                .contains("\r\nconnection: close\r\n");
    }

    @Test
    void backend_thatAnswers503_becomesUnhealthyWithThatReason_andComesBack() {
        apply(HTTP, backend.port());
        awaitState(0, HealthState.HEALTHY);

        backend.behave(FakeBackend.status(503));
        awaitState(0, HealthState.UNHEALTHY, "HTTP 503, 3 of 3 probes");
        assertThat(live().weights().mode().kind()).isEqualTo(PoolMode.Kind.PANIC);
        assertThat(monitor.probesFailed()).isGreaterThanOrEqualTo(3);

        backend.behave(FakeBackend.status(200));
        awaitState(0, HealthState.HEALTHY);
        assertThat(live().weights().mode().kind()).isEqualTo(PoolMode.Kind.NORMAL);
        assertThat(live().weights().shown(0)).isEqualTo(100);
    }

    @Test
    void backend_thatIsGone_becomesUnhealthyByConnectionRefused_andComesBack() throws IOException {
        apply(HTTP, backend.port());
        awaitState(0, HealthState.HEALTHY);

        backend.goDown();
        awaitState(0, HealthState.UNHEALTHY, "connection refused, 3 of 3 probes");

        backend.comeBack();
        awaitState(0, HealthState.HEALTHY);
    }

    @Test
    void backend_thatHangs_becomesUnhealthyByTimeout() {
        apply(HTTP, backend.port());
        awaitState(0, HealthState.HEALTHY);
        backend.behave(new FakeBackend.Hang());
        awaitState(0, HealthState.UNHEALTHY, "timeout after 50ms, 3 of 3 probes");
    }

    @Test
    void backend_thatResets_hangsUpOrTalksOtherwise_saysSo() {
        apply(HTTP, backend.port());
        awaitState(0, HealthState.HEALTHY);
        backend.behave(new FakeBackend.Reset());
        awaitState(0, HealthState.UNHEALTHY, "connection reset, 3 of 3 probes");
        backend.behave(new FakeBackend.HangUp());
        awaitState(0, HealthState.UNHEALTHY, "connection closed without an answer, 3 of 3 probes");
        backend.behave(new FakeBackend.Answer("SSH-2.0-OpenSSH_9.6\r\n"));
        awaitState(0, HealthState.UNHEALTHY, "not an HTTP answer, 3 of 3 probes");
    }

    @Test
    void reason_ofFailuresUnderWay_isShownBeforeTheStateChanges() {
        apply(http("/healthz", null, 2, 100), backend.port());
        awaitState(0, HealthState.HEALTHY);
        LivePool before = live();
        backend.behave(FakeBackend.status(500));
        await().untilAsserted(() -> assertThat(health(0).reason()).matches("HTTP 500, \\d+ of 100 probes"));
        assertThat(live()).as("no traffic moves, so no new pool is published").isSameAs(before);
    }

    @Test
    void tcpProbe_asksForAConnectionOnly() throws IOException {
        backend.behave(new FakeBackend.Hang());
        apply(TCP, backend.port());
        awaitState(0, HealthState.HEALTHY);
        backend.goDown();
        awaitState(0, HealthState.UNHEALTHY, "connection refused, 3 of 3 probes");
    }

    @Test
    void checkPort_isProbedInsteadOfTheBackends() throws IOException {
        FakeBackend other = newBackend();
        HealthCheck check = new HealthCheck(HTTP.probe(), other.port(), INTERVAL, TIMEOUT, 1, 1);
        apply(check, backend.port());
        awaitState(0, HealthState.HEALTHY);
        assertThat(backend.requests()).isEmpty();
        assertThat(other.requests()).isNotEmpty();
    }

    @Test
    void noHealthCheck_judgesByConditionsAlone() {
        apply(null, backend.port());
        assertThat(live().health().getFirst().state()).isEqualTo(HealthState.HEALTHY);

        apply(null, new EndpointConditions(false, false, true), backend.port());
        assertThat(live().health().getFirst().state()).isEqualTo(HealthState.UNHEALTHY);
        assertThat(live().health().getFirst().reason()).isEqualTo("terminating, no longer serving");
        assertThat(backend.requests()).isEmpty();
    }

    @Test
    void poolChange_keepsTheHealthOfWhoStays_andProbesNewcomersAtOnce() throws IOException {
        apply(HTTP, backend.port());
        awaitState(0, HealthState.HEALTHY);
        BackendHealth before = health(0);
        FakeBackend newcomer = newBackend();

        apply(HTTP, backend.port(), newcomer.port());
        int stayed = index(backend.port());
        assertThat(live().health().get(stayed).state()).isEqualTo(HealthState.HEALTHY);
        assertThat(live().health().get(stayed).since()).isEqualTo(before.since());
        assertThat(live().pool().revision().number()).isEqualTo(2);
        awaitState(index(newcomer.port()), HealthState.HEALTHY);
    }

    @Test
    void poolChange_stopsProbingWhoLeaves() throws IOException {
        FakeBackend leaver = newBackend();
        apply(HTTP, backend.port(), leaver.port());
        awaitState(0, HealthState.HEALTHY);
        awaitState(1, HealthState.HEALTHY);

        apply(HTTP, backend.port());
        int probesOfLeaver = leaver.requests().size();
        int probesOfStayer = backend.requests().size();
        await().until(() -> backend.requests().size() > probesOfStayer + 5);
        // One may have been under way at the change.
        assertThat(leaver.requests().size()).isLessThanOrEqualTo(probesOfLeaver + 1);
    }

    @Test
    void changedHealthCheck_probesByTheNewOneAtOnce_andKeepsTheState() {
        apply(HTTP, backend.port());
        awaitState(0, HealthState.HEALTHY);
        HealthCheck hourly =
                new HealthCheck(new HttpProbe("/v2", null, oks()), null, Duration.ofHours(1), TIMEOUT, 2, 3);
        apply(hourly, backend.port());
        assertThat(live().health().getFirst().state()).isEqualTo(HealthState.HEALTHY);
        await().until(() -> backend.requests().getLast().startsWith("GET /v2 "));
        int probes = backend.requests().size();

        apply(HTTP, backend.port());
        await().until(() -> backend.requests().size() > probes + 2);
        assertThat(backend.requests().getLast()).startsWith("GET /healthz ");
    }

    @Test
    void droppedHealthCheck_endsTheProbesAndTheirVerdict() {
        backend.behave(FakeBackend.status(503));
        apply(HTTP, backend.port());
        awaitState(0, HealthState.UNHEALTHY);
        apply(null, backend.port());
        assertThat(live().health().getFirst().state()).isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void manyBackends_areAllProbed_thoughOnlySoManyAtOnce() throws IOException {
        List<FakeBackend> many = new ArrayList<>();
        for (int i = 0; i < ProbeSlots.MIN_SLOTS + 20; i++) {
            many.add(newBackend());
        }
        HealthCheck patient = new HealthCheck(HTTP.probe(), null, Duration.ofSeconds(60), Duration.ofSeconds(5), 1, 1);
        apply(patient, many.stream().mapToInt(FakeBackend::port).toArray());
        await().untilAsserted(() ->
                assertThat(live().health()).extracting(BackendHealth::state).containsOnly(HealthState.HEALTHY));
    }

    @Test
    void confirmation_publishesThatThePoolIsNoLongerStale() throws Exception {
        monitor.apply(published(null, EndpointConditions.READY, backend.port()), true)
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS);
        assertThat(live().stale()).isTrue();
        monitor.confirm(false).toCompletableFuture().get(5, TimeUnit.SECONDS);
        assertThat(live().stale()).isFalse();
    }

    @Test
    void refusal_namesTheFieldThatWouldBreakTheRequest() {
        assertThat(HealthMonitor.refusal(snapshot(http("/a b", null, 1, 1), EndpointConditions.READY)))
                .isEqualTo("healthCheck.http.path: \"/a b\" (expected: no spaces or control characters)");
        assertThat(HealthMonitor.refusal(snapshot(http("/", "a\r\nX: y", 1, 1), EndpointConditions.READY)))
                .isEqualTo("healthCheck.http.host: \"a??X: y\""
                        + " (expected: a host name, no spaces or control characters)");
        assertThat(HealthMonitor.refusal(snapshot(HTTP, EndpointConditions.READY)))
                .isNull();
        assertThat(HealthMonitor.refusal(snapshot(null, EndpointConditions.READY)))
                .isNull();
    }

    @Test
    void unhealthyInterval_isThatOfAnUnhealthyBackend() {
        backend.behave(FakeBackend.status(503));
        Duration hour = Duration.ofHours(1);
        apply(new HealthCheck(HTTP.probe(), null, hour, INTERVAL, TIMEOUT, 0, 2, 1, null), backend.port());
        awaitState(0, HealthState.UNHEALTHY, "HTTP 503, 1 of 1 probes");
        backend.behave(FakeBackend.status(200));
        awaitState(0, HealthState.HEALTHY);
    }

    @Test
    void agent_movesWeight_drains_andIsQuotedWhenItTalksRubbishOrIsGone() throws IOException {
        FakeBackend other = newBackend();
        try (FakeAgent agent = new FakeAgent()) {
            Duration patient = Duration.ofSeconds(5);
            HealthCheck.Agent asked = new HealthCheck.Agent(agent.port(), INTERVAL, TIMEOUT);
            HealthCheck check = new HealthCheck(
                    HTTP.probe(), null, patient.plusSeconds(1), patient.plusSeconds(1), patient, 0, 1, 1, asked);
            apply(check, backend.port(), other.port());
            awaitState(0, HealthState.HEALTHY, "probes succeed");
            awaitState(1, HealthState.HEALTHY, "probes succeed");

            agent.say("50%\n");
            awaitState(0, HealthState.HEALTHY, "probes succeed, agent says 50%");
            agent.say("100% drain\n");
            awaitState(0, HealthState.DRAINING, "agent says drain");
            agent.say("ready down # disk full\n");
            awaitState(0, HealthState.UNHEALTHY, "agent says down: disk full");
            agent.say("up\n");
            awaitState(0, HealthState.HEALTHY, "probes succeed");
            agent.say("HTTP/1.1 400 Bad Request\r\n");
            awaitState(
                    0,
                    HealthState.HEALTHY,
                    "probes succeed, agent said \"HTTP/1.1 400 Bad Request\""
                            + " (expected: 75%, ready, drain, maint, up or down)");
            assertThat(monitor.agentsUnderstood()).isGreaterThanOrEqualTo(4);
            assertThat(monitor.agentsRubbish()).isPositive();
            agent.say("drain\n");
            awaitState(0, HealthState.DRAINING, "agent says drain");
            agent.goAway();
            awaitState(0, HealthState.DRAINING, "agent says drain, agent is silent: connection refused");
            assertThat(monitor.agentsSilent()).isPositive();
            assertThat(requireNonNull(monitor.view()).agents().getFirst().admin())
                    .isEqualTo(AgentState.Admin.DRAIN);
            apply(HTTP, backend.port(), other.port());
            awaitState(0, HealthState.HEALTHY);
            assertThat(requireNonNull(monitor.view()).agents()).isEmpty();
        }
    }

    @Test
    void agentsPercent_movesTraffic_thoughTheStateStays() throws IOException {
        try (FakeAgent agent = new FakeAgent()) {
            HealthCheck.Agent asked = new HealthCheck.Agent(agent.port(), INTERVAL, TIMEOUT);
            HealthCheck check = new HealthCheck(TCP.probe(), null, INTERVAL, INTERVAL, TIMEOUT, 0, 1, 1, asked);
            apply(check, backend.port());
            awaitState(0, HealthState.HEALTHY);
            LivePool before = live();
            agent.say("50%\n");
            await().untilAsserted(() -> assertThat(live()).isNotSameAs(before));
            await().untilAsserted(() ->
                    assertThat(live().health().getFirst().reason()).endsWith("agent says 50%"));
        }
    }

    @Test
    void refusal_namesAnExpressionThatCannotBeHad() {
        HealthCheck.BodyMatch body =
                new HealthCheck.BodyMatch(HealthCheck.BodyMatch.Kind.MATCHES, "((a{1000}){1000}){1000}", 65_536);
        HttpProbe probe = new HttpProbe(HttpProbe.Method.GET, "/", null, List.of(), oks(), body);
        HealthCheck check = new HealthCheck(probe, null, INTERVAL, TIMEOUT, 1, 1);
        assertThat(HealthMonitor.refusal(snapshot(check, EndpointConditions.READY)))
                .startsWith(
                        "healthCheck.http.body.matches: ((a{1000}){1000}){1000} (expected: an expression of at most");
    }

    private FakeBackend newBackend() throws IOException {
        FakeBackend made = new FakeBackend();
        backends.add(made);
        return made;
    }

    private void apply(@Nullable HealthCheck check, int... ports) {
        apply(check, EndpointConditions.READY, ports);
    }

    private void apply(@Nullable HealthCheck check, EndpointConditions conditions, int... ports) {
        monitor.apply(published(check, conditions, ports), false)
                .toCompletableFuture()
                .join();
    }

    /** Without probes, in subsets of {@code size}. */
    private void applySubsets(int size, int... ports) {
        PoolSnapshot whole = snapshot(null, EndpointConditions.READY, ports);
        LoadBalancing all = whole.loadBalancing();
        LoadBalancing subsets = new LoadBalancing(
                all.policy(),
                all.leastRequest(),
                all.decay(),
                all.ringSize(),
                null,
                List.of(),
                all.locality(),
                size,
                all.panicThreshold(),
                null);
        PoolSnapshot next =
                new PoolSnapshot(whole.id(), whole.listeners(), whole.groups(), whole.backends(), subsets, null);
        monitor.apply(new PublishedPool(new Revision(++revision, "sha256:00"), next), false)
                .toCompletableFuture()
                .join();
    }

    private void sit(ProxySeat seat) {
        monitor.sit(seat).toCompletableFuture().join();
    }

    /** The indexes of the backends that get traffic. */
    private List<Integer> used() {
        long[] weights = live().weights().picking();
        return IntStream.range(0, weights.length)
                .filter(i -> weights[i] > 0)
                .boxed()
                .toList();
    }

    private PublishedPool published(@Nullable HealthCheck check, EndpointConditions conditions, int... ports) {
        return new PublishedPool(new Revision(++revision, "sha256:00"), snapshot(check, conditions, ports));
    }

    private static PoolSnapshot snapshot(@Nullable HealthCheck check, EndpointConditions conditions, int... ports) {
        List<Backend> members = Arrays.stream(ports)
                .mapToObj(port -> new Backend(new BackendKey("web", "127.0.0.1", port), conditions, null))
                .toList();
        return new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(new Listener("http", 8080, Listener.Protocol.HTTP)),
                List.of(new BackendGroup("web", 100)),
                members,
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                check);
    }

    private static HealthCheck http(String path, @Nullable String host, int healthy, int unhealthy) {
        return new HealthCheck(new HttpProbe(path, host, oks()), null, INTERVAL, TIMEOUT, healthy, unhealthy);
    }

    private static List<StatusRange> oks() {
        return List.of(new StatusRange(200, 299));
    }

    private LivePool live() {
        return Objects.requireNonNull(pools.current());
    }

    private BackendHealth health(int index) {
        return Objects.requireNonNull(monitor.view()).health(index);
    }

    private int index(int port) {
        List<Backend> members = live().pool().snapshot().backends();
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).key().port() == port) {
                return i;
            }
        }
        throw new AssertionError("no backend of port " + port);
    }

    private void awaitState(int index, HealthState state) {
        await().untilAsserted(
                        () -> assertThat(live().health().get(index).state()).isEqualTo(state));
    }

    private void awaitState(int index, HealthState state, String reason) {
        await().untilAsserted(() -> {
            assertThat(live().health().get(index).state()).isEqualTo(state);
            assertThat(health(index).reason()).isEqualTo(reason);
        });
    }
}
