package io.backendpool.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.api.v1alpha1.DrainProgress;
import io.backendpool.control.BackendStatus;
import io.backendpool.control.ProxyStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.Traffic;
import io.backendpool.operator.certificates.CertificateExpiry;
import io.backendpool.operator.control.ConnectedProxy;
import io.backendpool.operator.translate.BackendAddress;
import io.backendpool.operator.translate.Finding;
import io.backendpool.operator.translate.PoolSpec;
import io.backendpool.operator.translate.SnapshotTranslator;
import io.backendpool.operator.translate.Translation;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolMode;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.pool.WeightOverride;
import io.fabric8.kubernetes.api.model.Condition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

// JUnit sets the directory, and beans may hold null: a test that meets one fails, which is meant.
@SuppressWarnings("NullAway")
class StatusAggregatorTest {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final CertificateExpiry CERTIFICATES =
            new CertificateExpiry(NOW.plusSeconds(3_600), NOW.plusSeconds(7_200));
    static final Instant LATER = NOW.plusSeconds(60);
    static final Revision CURRENT = new Revision(12, "sha256:" + "a".repeat(64));
    static final Revision OLD = new Revision(11, "sha256:" + "b".repeat(64));

    static PublishedPool pool(int backends) {
        List<BackendAddress> addresses = IntStream.rangeClosed(1, backends)
                .mapToObj(i -> new BackendAddress("10.0." + i / 250 + "." + i % 250, 80, false))
                .toList();
        PoolSpec spec = new PoolSpec(
                new PoolId("shop", "web"),
                7L,
                List.of(new Listener("http", 8080, Listener.Protocol.HTTP)),
                List.of(new PoolSpec.Group("a", 90, new PoolSpec.Addresses(addresses))),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null,
                TrafficPolicy.DEFAULT,
                2);
        return new PublishedPool(
                CURRENT,
                SnapshotTranslator.translate(spec, name -> {
                            throw new AssertionError(name);
                        })
                        .snapshot());
    }

    static ConnectedProxy proxy(
            String name, PublishedPool pool, @Nullable Revision acked, long requests, HealthState... states) {
        List<BackendStatus> backends = new ArrayList<>();
        for (int i = 0; i < states.length; i++) {
            double weight = states[i] == HealthState.HEALTHY ? 30 : 0;
            backends.add(new BackendStatus(
                    pool.snapshot().backends().get(i).key(),
                    states[i],
                    "because " + name,
                    NOW.minusSeconds(i),
                    weight,
                    0,
                    requests / states.length));
        }
        return new ConnectedProxy(
                name,
                "1",
                NOW,
                acked,
                Duration.ofMillis(40),
                CURRENT.equals(acked) ? null : NOW.minusSeconds(30),
                null,
                new ProxyStatus(true, backends, new Traffic(10_000, requests, 0, 12, requests, 1)));
    }

    private static PoolFacts facts(
            PublishedPool pool, int desired, List<Finding> findings, List<String> source, ConnectedProxy... proxies) {
        return facts(pool, 7L, desired, findings, source, null, proxies);
    }

    static PoolFacts facts(
            PublishedPool pool,
            long generation,
            int desired,
            List<Finding> findings,
            List<String> source,
            @Nullable TakeOver takeOver,
            ConnectedProxy... proxies) {
        PoolSpec spec = new PoolSpec(
                pool.snapshot().id(),
                generation,
                pool.snapshot().listeners(),
                List.of(),
                pool.snapshot().loadBalancing(),
                null,
                TrafficPolicy.DEFAULT,
                desired);
        return new PoolFacts(
                spec,
                new Translation(pool.snapshot(), findings, true),
                pool,
                List.of(proxies),
                desired,
                "127.0.0.1:8080",
                "a=b",
                source,
                List.of(),
                CERTIFICATES,
                takeOver);
    }

    static BackendPoolStatus status(PoolFacts facts, @Nullable BackendPoolStatus previous, Instant now) {
        return StatusAggregator.aggregate(facts, ReportMerger.merge(facts.published(), facts.proxies()), previous, now);
    }

    static Condition condition(BackendPoolStatus status, ConditionType type) {
        return status.conditions.stream()
                .filter(condition -> condition.getType().equals(type.word()))
                .findFirst()
                .orElseThrow();
    }

    static void assertCondition(BackendPoolStatus status, Reason reason) {
        Condition condition = condition(status, reason.type());
        assertThat(condition.getReason()).as(condition.getMessage()).isEqualTo(reason.word());
        assertThat(condition.getStatus()).isEqualTo(reason.status());
    }

    @Test
    void aggregate_whenAllIsWell_saysSo() {
        PublishedPool pool = pool(3);
        HealthState[] well = {HealthState.HEALTHY, HealthState.HEALTHY, HealthState.HEALTHY};
        BackendPoolStatus status = status(
                facts(
                        pool,
                        2,
                        List.of(),
                        List.of(),
                        proxy("p0", pool, CURRENT, 300, well),
                        proxy("p1", pool, CURRENT, 300, well)),
                null,
                NOW);

        assertCondition(status, Reason.ACCEPTED);
        assertCondition(status, Reason.RESOLVED_REFS);
        assertCondition(status, Reason.PROGRAMMED);
        assertCondition(status, Reason.ALL_HEALTHY);
        assertCondition(status, Reason.UP_TO_DATE);
        assertCondition(status, Reason.NOT_STALLED);
        assertThat(status.conditions).hasSize(7).allSatisfy(condition -> {
            assertThat(condition.getObservedGeneration()).isEqualTo(7);
            assertThat(condition.getLastTransitionTime()).isEqualTo("2026-01-01T00:00:00Z");
        });
        assertThat(status.observedGeneration).isEqualTo(7);
        assertThat(status.revision).isEqualTo(12);
        assertThat(status.summary.ratio).isEqualTo("3/3");
        assertThat(status.proxies.syncedRatio).isEqualTo("2/2");
        assertThat(status.proxies.slowestAckMillis).isEqualTo(40);
        assertThat(status.proxies.selector).isEqualTo("a=b");
        assertThat(status.backends).allSatisfy(backend -> {
            assertThat(backend.proxies).isEqualTo("2/2");
            assertThat(backend.trafficShare).isEqualTo("33%");
            assertThat(backend.declaredWeight).isEqualTo("30");
        });
        assertThat(status.traffic.requestsPerSecond).isEqualTo("60");
        assertThat(status.traffic.p99).isEqualTo("12ms");
        assertThat(status.controlChannel.certificateNotAfter).isEqualTo("2026-01-01T01:00:00Z");
        assertThat(status.controlChannel.caNotAfter).isEqualTo("2026-01-01T02:00:00Z");
    }

    @Test
    void shares_areRewrittenTogether_soThatTheyAddUp() {
        PublishedPool pool = pool(3);
        BackendPoolStatus first = status(sharing(pool, 20, 10, 10), null, NOW);
        assertThat(first.backends).extracting(each -> each.trafficShare).containsExactly("50%", "25%", "25%");

        BackendPoolStatus byChance = status(sharing(pool, 19, 11, 10), first, NOW);
        assertThat(byChance.backends).extracting(each -> each.trafficShare).containsExactly("50%", "25%", "25%");

        BackendPoolStatus moved = status(sharing(pool, 26, 14, 0), byChance, NOW);
        assertThat(moved.backends).extracting(each -> each.trafficShare).containsExactly("65%", "35%", "0%");
    }

    private static PoolFacts sharing(PublishedPool pool, long... requests) {
        List<BackendStatus> backends = new ArrayList<>();
        for (int i = 0; i < requests.length; i++) {
            BackendKey key = pool.snapshot().backends().get(i).key();
            backends.add(new BackendStatus(key, HealthState.HEALTHY, "", NOW, 30, 0, 0, requests[i], "", false));
        }
        return facts(pool, 1, List.of(), List.of(), saying("p", backends));
    }

    /** A proxy of the current revision that says {@code backends}, and nothing of its traffic. */
    private static ConnectedProxy saying(String name, List<BackendStatus> backends) {
        return new ConnectedProxy(
                name, "1", NOW, CURRENT, null, null, null, new ProxyStatus(true, backends, Traffic.NONE));
    }

    @Test
    void aggregate_whenAProxyIsStale_namesIt() {
        PublishedPool pool = pool(1);
        BackendPoolStatus status = status(
                facts(
                        pool,
                        2,
                        List.of(),
                        List.of(),
                        proxy("p0", pool, CURRENT, 0, HealthState.HEALTHY),
                        proxy("p1", pool, OLD, 0, HealthState.HEALTHY)),
                null,
                NOW);

        assertCondition(status, Reason.PENDING);
        assertCondition(status, Reason.PROGRESSING);
        assertThat(condition(status, ConditionType.PROGRAMMED).getMessage())
                .isEqualTo("1/2 proxies run revision 12; not yet: p1 (revision 11)");
    }

    @Test
    void aggregate_whenAProxyLags_saysSinceWhen_andDoesNotChangeWhileNothingDoes() {
        PublishedPool pool = pool(1);
        PoolFacts lagging = facts(
                pool,
                2,
                List.of(),
                List.of(),
                proxy("p0", pool, CURRENT, 0, HealthState.HEALTHY),
                proxy("p1", pool, OLD, 0, HealthState.HEALTHY));
        BackendPoolStatus first = status(lagging, null, NOW);
        assertThat(first.proxies.behindSince).isEqualTo("2025-12-31T23:59:30Z");
        assertThat(status(lagging, first, LATER)).usingRecursiveComparison().isEqualTo(first);

        PoolFacts caughtUp = facts(
                pool,
                1,
                List.of(),
                List.of(),
                proxy("p0", pool, CURRENT, 0, HealthState.HEALTHY),
                proxy("p1", pool, CURRENT, 0, HealthState.HEALTHY));
        assertThat(status(caughtUp, first, LATER).proxies.behindSince).isNull();
    }

    @Test
    void aggregate_whenAProxyRefuses_isStalledWithItsReason() {
        PublishedPool pool = pool(1);
        ConnectedProxy refusing = new ConnectedProxy(
                "p0",
                "1",
                NOW,
                OLD,
                null,
                NOW,
                new ConnectedProxy.Rejection(CURRENT, "port 80 is taken"),
                ProxyStatus.NONE);
        BackendPoolStatus status = status(facts(pool, 1, List.of(), List.of(), refusing), null, NOW);

        assertCondition(status, Reason.REJECTED);
        assertCondition(status, Reason.REVISION_REJECTED);
        assertCondition(status, Reason.BLOCKED);
        assertThat(condition(status, ConditionType.STALLED).getMessage()).contains("p0", "12", "port 80 is taken");
    }

    @Test
    void aggregate_withoutProxies_knowsNothing() {
        BackendPoolStatus status = status(facts(pool(2), 1, List.of(), List.of()), null, NOW);

        assertCondition(status, Reason.NO_PROXY_CONNECTED);
        assertCondition(status, Reason.NO_REPORT);
        assertThat(status.summary.unknown).isEqualTo(2);
        assertThat(status.backends)
                .allSatisfy(backend -> assertThat(backend.proxies).isEqualTo("0/0"));
    }

    @Test
    void aggregate_whenNoBackendGetsTraffic_isNotReady() {
        PublishedPool pool = pool(1);
        BackendPoolStatus status = status(
                facts(pool, 1, List.of(), List.of(), proxy("p0", pool, CURRENT, 0, HealthState.UNHEALTHY)), null, NOW);

        assertCondition(status, Reason.NO_ELIGIBLE_BACKEND);
    }

    @Test
    void aggregate_ofABadEdit_isStalledWhileTheOldPoolIsReady() {
        PublishedPool pool = pool(1);
        BackendPoolStatus status = status(
                facts(
                        pool,
                        1,
                        List.of(),
                        List.of("pool.yaml:9: spec.backends[0].weight: -1 (expected: 0 to 1,000,000)"),
                        proxy("p0", pool, CURRENT, 0, HealthState.HEALTHY)),
                null,
                NOW);

        assertCondition(status, Reason.INVALID_MANIFEST);
        assertCondition(status, Reason.ACCEPTED);
        assertCondition(status, Reason.ALL_HEALTHY);
        assertThat(condition(status, ConditionType.STALLED).getMessage()).startsWith("pool.yaml:9: spec.backends[0]");
    }

    @Test
    void aggregate_ofAnUnresolvedName_namesFieldAndName() {
        PublishedPool pool = pool(1);
        BackendPoolStatus status = status(
                facts(
                        pool,
                        1,
                        List.of(new Finding(
                                Finding.Kind.UNRESOLVED_NAME, "spec.backends[1].addresses[0]", "x.example.com ...")),
                        List.of(),
                        proxy("p0", pool, CURRENT, 0, HealthState.HEALTHY)),
                null,
                NOW);

        assertCondition(status, Reason.NAME_NOT_RESOLVED);
        assertThat(condition(status, ConditionType.RESOLVED_REFS).getMessage())
                .isEqualTo("spec.backends[1].addresses[0]: x.example.com ...");
    }

    @Test
    void aggregate_transitionTime_movesOnlyWithTheStatus() {
        PublishedPool pool = pool(1);
        PoolFacts well = facts(pool, 1, List.of(), List.of(), proxy("p0", pool, CURRENT, 0, HealthState.HEALTHY));
        PoolFacts ill = facts(pool, 1, List.of(), List.of(), proxy("p0", pool, CURRENT, 0, HealthState.UNHEALTHY));
        BackendPoolStatus first = status(well, null, NOW);

        BackendPoolStatus same = status(well, first, LATER);
        BackendPoolStatus changed = status(ill, first, LATER);

        assertThat(condition(same, ConditionType.READY).getLastTransitionTime()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(condition(changed, ConditionType.READY).getLastTransitionTime())
                .isEqualTo("2026-01-01T00:01:00Z");
        assertThat(condition(changed, ConditionType.PROGRAMMED).getLastTransitionTime())
                .isEqualTo("2026-01-01T00:00:00Z");
    }

    @Test
    void aggregate_ofManyBackends_showsTheWorstHundred() {
        PublishedPool pool = pool(300);
        HealthState[] states = new HealthState[300];
        Arrays.fill(states, HealthState.HEALTHY);
        states[250] = HealthState.UNHEALTHY;
        BackendPoolStatus status =
                status(facts(pool, 1, List.of(), List.of(), proxy("p0", pool, CURRENT, 0, states)), null, NOW);

        assertThat(status.backends).hasSize(StatusAggregator.MOST_BACKENDS);
        assertThat(status.backends.getFirst().health).isEqualTo("Unhealthy");
        assertThat(status.summary.total).isEqualTo(300);
        assertThat(status.summary.healthy).isEqualTo(299);
    }

    private static ConnectedProxy saying(ConnectedProxy proxy, PoolMode mode, String... notes) {
        ProxyStatus said = proxy.status();
        return new ConnectedProxy(
                proxy.proxy(),
                proxy.version(),
                proxy.connectedAt(),
                proxy.acked(),
                proxy.ackTook(),
                proxy.behindSince(),
                proxy.rejection(),
                new ProxyStatus(said.ready(), said.backends(), said.traffic(), mode, List.of(notes)));
    }

    private static PoolSnapshot withBackends(PoolSnapshot pool, List<Backend> backends) {
        return with(pool, backends, pool.overrides());
    }

    private static PoolSnapshot overridden(PoolSnapshot pool, WeightOverride... overrides) {
        return with(pool, pool.backends(), List.of(overrides));
    }

    private static PoolSnapshot with(PoolSnapshot pool, List<Backend> backends, List<WeightOverride> overrides) {
        return new PoolSnapshot(
                pool.id(),
                pool.listeners(),
                pool.groups(),
                backends,
                pool.loadBalancing(),
                pool.healthCheck(),
                pool.traffic(),
                pool.certificates(),
                pool.session(),
                pool.outlierDetection(),
                pool.adaptiveWeight(),
                overrides,
                pool.sessionKeys());
    }

    private static BackendPoolStatus statusOf(PublishedPool pool, ConnectedProxy... proxies) {
        return status(facts(pool, proxies.length, List.of(), List.of(), proxies), null, NOW);
    }

    @Test
    void aggregate_countsAllSixStates_andTheRatioLeavesDrainingOut() {
        PublishedPool pool = pool(6);
        HealthState[] states = HealthState.values();
        BackendPoolStatus status = statusOf(pool, proxy("p0", pool, CURRENT, 0, states));

        assertThat(status.backends)
                .extracting(backend -> backend.health)
                .containsExactly("Unhealthy", "Ejected", "Unknown", "Warming", "Draining", "Healthy");
        assertThat(status.summary.total).isEqualTo(6);
        assertThat(status.summary.healthy).isEqualTo(2);
        assertThat(status.summary.warming).isEqualTo(1);
        assertThat(status.summary.ejected).isEqualTo(1);
        assertThat(status.summary.draining).isEqualTo(1);
        assertThat(status.summary.ratio).isEqualTo("2/4");
        assertCondition(status, Reason.DEGRADED);
        assertThat(condition(status, ConditionType.READY).getMessage())
                .isEqualTo("2/4 backends are healthy, 1 more drains, 1 more begins or ends");
    }

    @Test
    void aggregate_whileABackendDrains_isNotDegraded() {
        PublishedPool pool = pool(4);
        BackendPoolStatus status = statusOf(
                pool,
                proxy(
                        "p0",
                        pool,
                        CURRENT,
                        0,
                        HealthState.HEALTHY,
                        HealthState.HEALTHY,
                        HealthState.WARMING,
                        HealthState.DRAINING));

        assertCondition(status, Reason.ALL_HEALTHY);
        assertThat(status.summary.ratio).isEqualTo("3/3");
    }

    /** Three old backends and one more that is {@code conditions} by the platform and {@code state} in all proxies' opinion. */
    private static BackendPoolStatus duringARollout(
            EndpointConditions conditions, HealthState state, boolean... startingForProxies) {
        PublishedPool plain = pool(4);
        List<Backend> backends = new ArrayList<>(plain.snapshot().backends());
        BackendKey fourth = backends.getLast().key();
        backends.set(3, new Backend(fourth, conditions, null));
        PublishedPool pool = new PublishedPool(CURRENT, withBackends(plain.snapshot(), backends));
        List<ConnectedProxy> proxies = new ArrayList<>();
        for (boolean starting : startingForProxies) {
            List<BackendStatus> said = new ArrayList<>();
            for (Backend backend : backends.subList(0, 3)) {
                said.add(new BackendStatus(backend.key(), HealthState.HEALTHY, "", NOW, 30, 0, 0));
            }
            said.add(new BackendStatus(fourth, state, "", NOW, 0, 0, 0, 0, "", starting));
            proxies.add(saying("p" + proxies.size(), said));
        }
        return statusOf(pool, proxies.toArray(ConnectedProxy[]::new));
    }

    @Test
    void aggregate_duringAnOrdinaryRollout_isNeverDegraded() {
        EndpointConditions notReady = new EndpointConditions(false, false, false);
        EndpointConditions serving = new EndpointConditions(false, true, true);
        EndpointConditions ending = new EndpointConditions(false, false, true);
        List<BackendPoolStatus> steps = List.of(
                duringARollout(notReady, HealthState.UNHEALTHY, true, true),
                duringARollout(EndpointConditions.READY, HealthState.UNKNOWN, false, false),
                duringARollout(serving, HealthState.DRAINING, false, false),
                // It has closed its port before the platform has noticed.
                duringARollout(serving, HealthState.UNHEALTHY, false, false),
                duringARollout(ending, HealthState.UNHEALTHY, false, false));
        assertThat(steps).allSatisfy(status -> {
            assertCondition(status, Reason.ALL_HEALTHY);
            assertThat(status.summary.ratio).isEqualTo("3/3");
            assertThat(status.summary.total).isEqualTo(4);
        });
    }

    @Test
    void aggregate_ofABackendThatWasReadyAndIsNotAnyMore_isDegraded() {
        EndpointConditions notReady = new EndpointConditions(false, false, false);
        // One proxy has seen it ready; the other has been started since.
        BackendPoolStatus status = duringARollout(notReady, HealthState.UNHEALTHY, false, true);
        assertCondition(status, Reason.DEGRADED);
        assertThat(status.summary.ratio).isEqualTo("3/4");
    }

    @Test
    void aggregate_ofEachMode_saysItAsTheReasonOfReady() {
        PublishedPool pool = pool(2);
        for (PoolMode.Kind kind : PoolMode.Kind.values()) {
            ConnectedProxy proxy = saying(
                    proxy("p0", pool, CURRENT, 0, HealthState.HEALTHY, HealthState.UNHEALTHY),
                    new PoolMode(kind, 1, "in figures"),
                    "group a: this proxy uses 1 of 2 backends");
            BackendPoolStatus status = statusOf(pool, proxy);
            Reason expected =
                    switch (kind) {
                        case NORMAL, DOWN -> Reason.DEGRADED;
                        case UNPROBED -> Reason.UNPROBED;
                        case LAST_RESORT -> Reason.LAST_RESORT;
                        case FAILOVER -> Reason.FAILOVER;
                        case PANIC -> Reason.PANIC;
                    };
            assertCondition(status, expected);
            assertThat(status.balancing.mode).isEqualTo(StatusAggregator.word(kind));
            assertThat(status.balancing.priority).isEqualTo(1);
            assertThat(status.balancing.message).isEqualTo("in figures");
            assertThat(status.balancing.proxies).isEqualTo("1/1");
            assertThat(status.balancing.notes).containsExactly("group a: this proxy uses 1 of 2 backends");
            if (kind == PoolMode.Kind.FAILOVER) {
                assertThat(condition(status, ConditionType.READY).getMessage())
                        .isEqualTo("priority 1 gets most: in figures");
            }
        }
    }

    @Test
    void merge_ofModes_takesMostAndThenTheWorse() {
        PublishedPool pool = pool(1);
        ConnectedProxy silent = proxy("p0", pool, CURRENT, 0, HealthState.HEALTHY);
        ConnectedProxy normal = saying(silent, new PoolMode(PoolMode.Kind.NORMAL, 0, "1 of 1"), "once", "p1");
        ConnectedProxy panic = saying(silent, new PoolMode(PoolMode.Kind.PANIC, 0, "0 of 1"), "once");

        assertThat(ReportMerger.merge(pool, List.of(silent)).balancing()).isNull();
        assertThat(ReportMerger.merge(pool, List.of(silent, normal, panic)).balancing())
                .isEqualTo(new PoolReport.Balancing(new PoolMode(PoolMode.Kind.PANIC, 0, "0 of 1"), 1, 2));
        assertThat(ReportMerger.merge(pool, List.of(normal, panic, normal)).balancing())
                .isEqualTo(new PoolReport.Balancing(new PoolMode(PoolMode.Kind.NORMAL, 0, "1 of 1"), 2, 3));
        assertThat(ReportMerger.merge(pool, List.of(normal, panic)).notes()).containsExactly("once", "p1");
    }

    @Test
    void aggregate_ofOverrides_showsThemBesideDeclaredAndEffective() {
        PublishedPool plain = pool(3);
        BackendKey first = plain.snapshot().backends().getFirst().key();
        PoolSnapshot with = overridden(
                plain.snapshot(),
                new WeightOverride("a", first, true, 0, NOW.plusSeconds(3_600), "disk swap"),
                new WeightOverride("a", null, false, 5, null, ""));
        PublishedPool pool = new PublishedPool(CURRENT, with);
        BackendPoolStatus status = statusOf(
                pool, proxy("p0", pool, CURRENT, 0, HealthState.HEALTHY, HealthState.HEALTHY, HealthState.HEALTHY));

        assertCondition(status, Reason.OVERRIDE_ACTIVE);
        assertThat(condition(status, ConditionType.OVERRIDDEN).getMessage())
                .isEqualTo("group a weight 5; a/10.0.0.1:80 drained until 2026-01-01T01:00:00Z: disk swap");
        assertThat(status.backends.getFirst().override)
                .isEqualTo("drained until 2026-01-01T01:00:00Z: disk swap; group weight 5");
        assertThat(status.backends.get(1).override).isEqualTo("group weight 5");
        assertThat(status.backends.get(1).declaredWeight).isEqualTo("30");
        assertCondition(statusOf(plain), Reason.NOT_OVERRIDDEN);
    }

    /** A proxy with one backend for each of {@code open}, all of which drain. */
    private static ConnectedProxy draining(String name, PublishedPool pool, int... open) {
        List<BackendStatus> backends = new ArrayList<>();
        for (int i = 0; i < open.length; i++) {
            BackendKey key = pool.snapshot().backends().get(i).key();
            backends.add(new BackendStatus(key, HealthState.DRAINING, "drained", NOW, 0, open[i], 2L * open[i]));
        }
        return saying(name, backends);
    }

    @Test
    void aggregate_ofADrainingBackend_saysWhatAllProxiesHaveLeftAndUntilWhen() {
        PublishedPool plain = pool(2);
        BackendKey first = plain.snapshot().backends().getFirst().key();
        PublishedPool pool = new PublishedPool(
                CURRENT,
                overridden(
                        plain.snapshot(),
                        new WeightOverride("a", first, true, 0, NOW.plusSeconds(3_600), "disk swap")));
        BackendPoolStatus status =
                statusOf(pool, draining("p0", pool, 3), draining("p1", pool, 4), proxy("p2", pool, CURRENT, 0));

        DrainProgress drain = status.backends.stream()
                .filter(backend -> backend.health.equals("Draining"))
                .findFirst()
                .orElseThrow()
                .drain;
        assertThat(drain.open).isEqualTo(7);
        assertThat(drain.recent).isEqualTo(14);
        assertThat(drain.until).isEqualTo("2026-01-01T01:00:00Z");
        assertThat(drain.asOf).isEqualTo(NOW.toString());
        assertThat(statusOf(plain, proxy("p0", plain, CURRENT, 0, HealthState.HEALTHY, HealthState.UNHEALTHY)).backends)
                .allSatisfy(backend -> assertThat(backend.drain).isNull());
        assertThat(statusOf(plain, draining("p0", plain, 3)).backends.get(1).drain.until)
                .as("no override drains it")
                .isNull();
    }

    @Test
    void aggregate_whileFiftyBackendsDrain_changesOnceInTenSecondsAndEndsWithWhatIsTrue() {
        PublishedPool pool = pool(50);
        BackendPoolStatus said = null;
        int changes = 0;
        int[] open = new int[50];
        for (int second = 0; second < 60; second++) {
            for (int i = 0; i < open.length; i++) {
                // Each in a rhythm of its own: some pause for long, some never.
                open[i] = second % (1 + i % 17) == 0 ? second + i : open[i];
            }
            BackendPoolStatus now = statusAt(pool, open, said, second);
            changes += said != null && !drains(said).equals(drains(now)) ? 1 : 0;
            said = now;
        }
        assertThat(changes).isBetween(5, 6);

        Arrays.fill(open, 0);
        BackendPoolStatus ended = statusAt(pool, open, said, 59);
        PoolReport report = ReportMerger.merge(pool, List.of(draining("p0", pool, open)));
        assertThat(StatusAggregator.holdsBack(report, ended)).isTrue();
        BackendPoolStatus last = statusAt(pool, open, ended, 59 + StatusAggregator.DRAIN_INTERVAL.toSeconds());
        assertThat(StatusAggregator.holdsBack(report, last)).isFalse();
        assertThat(last.backends)
                .allSatisfy(backend -> assertThat(backend.drain.open).isZero());
    }

    private static BackendPoolStatus statusAt(
            PublishedPool pool, int[] open, @Nullable BackendPoolStatus previous, long second) {
        PoolFacts facts = facts(pool, 1, List.of(), List.of(), draining("p0", pool, open));
        return status(facts, previous, NOW.plusSeconds(second));
    }

    private static List<String> drains(BackendPoolStatus status) {
        return status.backends.stream()
                .map(backend -> "%d %d %s".formatted(backend.drain.open, backend.drain.recent, backend.drain.asOf))
                .toList();
    }

    @Test
    void merge_ofDisagreement_takesMostAndThenTheWorse() {
        PublishedPool pool = pool(1);
        ConnectedProxy well = proxy("p0", pool, CURRENT, 0, HealthState.HEALTHY);
        ConnectedProxy wellToo = proxy("p1", pool, CURRENT, 0, HealthState.HEALTHY);
        ConnectedProxy ill = proxy("p2", pool, CURRENT, 0, HealthState.UNHEALTHY);

        PoolReport.Line tie =
                ReportMerger.merge(pool, List.of(well, ill)).backends().getFirst();
        PoolReport.Line most =
                ReportMerger.merge(pool, List.of(well, ill, wellToo)).backends().getFirst();

        assertThat(tie.state()).isEqualTo(HealthState.UNHEALTHY);
        assertThat(tie.reason()).isEqualTo("because p2");
        assertThat(tie.agreeing() + "/" + tie.reporting()).isEqualTo("1/2");
        assertThat(most.state()).isEqualTo(HealthState.HEALTHY);
        assertThat(most.agreeing() + "/" + most.reporting()).isEqualTo("2/3");
        assertThat(most.effectiveWeight()).isEqualTo(20);
    }

    @Test
    void conditionsPage_hasEachReason() throws IOException {
        String page = Files.readString(Path.of("../../docs/reference/conditions.md"));
        for (Reason reason : Reason.values()) {
            assertThat(page)
                    .contains("| %s | %s | `%s` |".formatted(reason.type().word(), reason.status(), reason.word()));
        }
    }
}
