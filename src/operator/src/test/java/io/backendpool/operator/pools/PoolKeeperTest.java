package io.backendpool.operator.pools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.api.v1alpha1.DrainProgress;
import io.backendpool.control.BackendStatus;
import io.backendpool.control.ProxyStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.SnapshotDigest;
import io.backendpool.control.Traffic;
import io.backendpool.operator.certificates.CertificateExpiry;
import io.backendpool.operator.control.ConnectedProxy;
import io.backendpool.operator.dns.DnsResolver;
import io.backendpool.operator.dns.LoopbackDns;
import io.backendpool.operator.logs.PoolLines;
import io.backendpool.operator.status.StatusAggregator;
import io.backendpool.operator.translate.BackendAddress;
import io.backendpool.operator.translate.KeyedCertificate;
import io.backendpool.operator.translate.OverrideSpec;
import io.backendpool.operator.translate.OverrideVerdict;
import io.backendpool.operator.translate.PoolSpec;
import io.backendpool.operator.translate.SecretId;
import io.backendpool.operator.translate.SecretState;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.Listener;
import io.backendpool.pool.ListenerTls;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.pool.WeightOverride;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

@ExtendWith(PoolLines.class)
class PoolKeeperTest {
    private static final PoolId POOL = new PoolId("shop", "web");

    private final FakeChannel channel = new FakeChannel();
    private final FakeHost host = new FakeHost();
    private final RecordingStatus statuses = new RecordingStatus();
    private final FakeSecrets secrets = new FakeSecrets();
    private final PoolKeeper keeper = new PoolKeeper(
            channel,
            host,
            statuses,
            DnsResolver.ofSystem(),
            Services.NONE,
            secrets,
            Overrides.NONE,
            pool -> SessionKeys.NONE,
            LastPublished.NONE,
            Clock.systemUTC());

    /** One proxy that has whatever is published, and says what the test lets it say. */
    private static final class FakeChannel implements ProxyChannel {
        final List<PoolSnapshot> published = new CopyOnWriteArrayList<>();
        final Map<PoolId, PublishedPool> current = new ConcurrentHashMap<>();
        volatile HealthState health = HealthState.HEALTHY;
        volatile int open;
        volatile boolean connected = true;
        volatile boolean acknowledges = true;
        private volatile @Nullable Revision acked;
        private volatile Consumer<PoolId> listener = pool -> {};

        @Override
        public PublishedPool publish(PoolSnapshot snapshot) {
            published.add(snapshot);
            PublishedPool next =
                    new PublishedPool(new Revision(published.size(), SnapshotDigest.of(snapshot)), snapshot);
            current.put(snapshot.id(), next);
            return next;
        }

        @Override
        public void withdraw(PoolId pool) {
            current.remove(pool);
        }

        @Override
        public @Nullable PublishedPool published(PoolId pool) {
            return current.get(pool);
        }

        @Override
        public List<ConnectedProxy> proxies(PoolId pool) {
            PublishedPool now = current.get(pool);
            if (now == null || !connected) {
                return List.of();
            }
            if (acknowledges) {
                acked = now.revision();
            }
            List<BackendStatus> backends = new ArrayList<>();
            now.snapshot()
                    .backends()
                    .forEach(backend -> backends.add(
                            new BackendStatus(backend.key(), health, "said", Instant.EPOCH, 100, open, 0)));
            ProxyStatus status = new ProxyStatus(true, backends, Traffic.NONE);
            return List.of(
                    new ConnectedProxy("p0", "1", Instant.EPOCH, acked, Duration.ofMillis(1), null, null, status));
        }

        @Override
        public CertificateExpiry certificates() {
            return new CertificateExpiry(Instant.EPOCH, Instant.EPOCH);
        }

        @Override
        public void onChange(Consumer<PoolId> changed) {
            listener = changed;
        }

        void says(HealthState state) {
            health = state;
            listener.accept(POOL);
        }
    }

    private static final class FakeSecrets implements Secrets {
        final Map<SecretId, SecretState> states = new ConcurrentHashMap<>();
        volatile Set<SecretId> followed = Set.of();
        private volatile Consumer<SecretId> listener = secret -> {};

        @Override
        public void follow(Set<SecretId> wanted) {
            followed = Set.copyOf(wanted);
        }

        @Override
        public SecretState state(SecretId secret) {
            return states.getOrDefault(secret, new SecretState.Pending());
        }

        @Override
        public void onChange(Consumer<SecretId> changed) {
            listener = changed;
        }

        void becomes(SecretId secret, SecretState state) {
            states.put(secret, state);
            listener.accept(secret);
        }
    }

    private static final class FakeHost implements ProxyHost {
        final Map<PoolId, PoolSpec> running = new ConcurrentHashMap<>();

        @Override
        public void run(PoolSpec spec) {
            running.put(spec.id(), spec);
        }

        @Override
        public void stop(PoolId pool) {
            running.remove(pool);
        }

        @Override
        public State state(PoolId pool) {
            return new State(1, "", "", List.of());
        }

        @Override
        public void onChange(Consumer<PoolId> listener) {}
    }

    private static final class RecordingStatus implements StatusSink {
        final List<BackendPoolStatus> written = new CopyOnWriteArrayList<>();
        final List<Long> writtenNanos = new CopyOnWriteArrayList<>();
        final List<PoolId> forgotten = new CopyOnWriteArrayList<>();
        volatile boolean keepsLast = true;
        volatile @Nullable BackendPoolStatus last;

        @Override
        public @Nullable BackendPoolStatus last(PoolId pool) {
            return last;
        }

        @Override
        public boolean keepsLast() {
            return keepsLast;
        }

        @Override
        public void write(PoolId pool, BackendPoolStatus status) {
            written.add(status);
            writtenNanos.add(System.nanoTime());
        }

        @Override
        public void forget(PoolId pool) {
            forgotten.add(pool);
        }

        String health() {
            return written.isEmpty()
                    ? ""
                    : String.valueOf(
                            Objects.requireNonNull(written.getLast().backends).getFirst().health);
        }

        @Nullable
        Long drainingOpen() {
            if (written.isEmpty()) {
                return null;
            }
            DrainProgress drain =
                    Objects.requireNonNull(written.getLast().backends).getFirst().drain;
            return drain == null ? null : drain.open;
        }

        boolean said(String reason) {
            return written.stream()
                    .flatMap(status -> Objects.requireNonNull(status.conditions).stream())
                    .anyMatch(condition -> condition.getReason().equals(reason));
        }

        String reason(String type) {
            return written.isEmpty()
                    ? ""
                    : Objects.requireNonNull(written.getLast().conditions).stream()
                            .filter(condition -> condition.getType().equals(type))
                            .findFirst()
                            .orElseThrow()
                            .getReason();
        }
    }

    private static PoolSpec spec(int weight) {
        return new PoolSpec(
                POOL,
                null,
                List.of(new Listener("http", 8080, Listener.Protocol.HTTP)),
                List.of(new PoolSpec.Group(
                        "a", weight, new PoolSpec.Addresses(List.of(new BackendAddress("203.0.113.7", 80, false))))),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null,
                TrafficPolicy.DEFAULT,
                1);
    }

    @AfterEach
    void close() {
        keeper.close();
    }

    /** What a former operator wrote of {@link #spec}. */
    private BackendPoolStatus former() {
        FakeChannel itsChannel = new FakeChannel();
        RecordingStatus itsStatus = new RecordingStatus();
        try (PoolKeeper itself = new PoolKeeper(
                itsChannel,
                host,
                itsStatus,
                DnsResolver.ofSystem(),
                Services.NONE,
                Secrets.NONE,
                Overrides.NONE,
                pool -> SessionKeys.NONE,
                LastPublished.NONE,
                Clock.systemUTC())) {
            itself.upsert(spec(1));
            await().until(() -> itsStatus.reason("Ready").equals("AllHealthy"));
        }
        return itsStatus.written.getLast();
    }

    @Test
    void override_countsUntilItsTime_andThenIsTakenBackByItself() {
        Instant until = Instant.parse("2026-06-15T00:00:00Z");
        AtomicReference<Instant> now = new AtomicReference<>(until.minusMillis(50));
        List<OverrideVerdict.Reason> reasons = new CopyOnWriteArrayList<>();
        try (PoolKeeper keeps = keeperOf(drain(until, reasons), now)) {
            keeps.upsert(spec(1));
            await().until(() -> channel.published.size() == 1);
            now.set(until);
            await().until(() -> channel.published.size() == 2);
        }
        assertThat(channel.published.getFirst().overrides()).hasSize(1);
        assertThat(channel.published.getLast().overrides()).isEmpty();
        assertThat(reasons).containsExactly(OverrideVerdict.Reason.ACTIVE, OverrideVerdict.Reason.EXPIRED);
    }

    @Test
    void override_untilFarBeyondWhatATimerCounts_isFollowed() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-06-15T00:00:00Z"));
        List<OverrideVerdict.Reason> reasons = new CopyOnWriteArrayList<>();
        try (PoolKeeper keeps = keeperOf(drain(Instant.parse("9999-12-31T23:59:59Z"), reasons), now)) {
            keeps.upsert(spec(1));
            await().until(() -> channel.published.size() == 1);
        }
        assertThat(channel.published.getFirst().overrides()).hasSize(1);
        assertThat(reasons).containsExactly(OverrideVerdict.Reason.ACTIVE);
    }

    private PoolKeeper keeperOf(Overrides overrides, AtomicReference<Instant> now) {
        return new PoolKeeper(
                channel,
                host,
                statuses,
                DnsResolver.ofSystem(),
                Services.NONE,
                Secrets.NONE,
                overrides,
                pool -> SessionKeys.NONE,
                LastPublished.NONE,
                clock(() -> Objects.requireNonNull(now.get())));
    }

    /** Takes all from group a; {@code reasons} gets what is said of it. */
    private static Overrides drain(Instant until, List<OverrideVerdict.Reason> reasons) {
        return new Overrides() {
            @Override
            public List<OverrideSpec> of(PoolId pool) {
                return List.of(new OverrideSpec(
                        pool, "tonight", null, Instant.EPOCH, new WeightOverride("a", null, true, 0, until, "")));
            }

            @Override
            public void onChange(Consumer<PoolId> listener) {}

            @Override
            public void judged(PoolId pool, List<OverrideVerdict> verdicts) {
                verdicts.forEach(verdict -> reasons.add(verdict.reason()));
            }
        };
    }

    @Test
    void drain_whoseFiguresWereHeldBack_isToldInTimeWithoutAnybodySayingMore() {
        Instant start = Instant.parse("2026-06-15T00:00:00Z");
        AtomicReference<Instant> now = new AtomicReference<>(start);
        AtomicInteger reads = new AtomicInteger();
        channel.health = HealthState.DRAINING;
        channel.open = 5;
        Clock counting = clock(() -> {
            reads.incrementAndGet();
            return Objects.requireNonNull(now.get());
        });
        try (PoolKeeper keeps = next(Duration.ofHours(1), Duration.ofMillis(20), counting)) {
            keeps.upsert(spec(1));
            await().until(() -> Objects.equals(statuses.drainingOpen(), 5L));

            reads.set(0);
            channel.open = 3;
            channel.says(HealthState.DRAINING);
            // The status has been made at the old time, and holds the new figure back.
            await().until(() -> reads.get() > 0);
            assertThat(statuses.drainingOpen()).isEqualTo(5);

            now.set(start.plus(StatusAggregator.DRAIN_INTERVAL));
            await().until(() -> Objects.equals(statuses.drainingOpen(), 3L));
        }
    }

    private static Clock clock(Supplier<Instant> now) {
        return new Clock() {
            @Override
            public Instant instant() {
                return now.get();
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
    }

    private PoolKeeper next(Duration grace) {
        return next(grace, StatusAggregator.DRAIN_INTERVAL, Clock.systemUTC());
    }

    private PoolKeeper next(Duration grace, Duration secondLook, Clock clock) {
        return new PoolKeeper(
                channel,
                host,
                statuses,
                DnsResolver.ofSystem(),
                Services.NONE,
                Secrets.NONE,
                Overrides.NONE,
                pool -> SessionKeys.NONE,
                LastPublished.NONE,
                grace,
                secondLook,
                clock);
    }

    @Test
    void takeOver_beforeTheProxiesDial_writesNothing_andNothingWhenTheyDo() {
        statuses.last = former();
        channel.connected = false;
        try (PoolKeeper next = next(Duration.ofHours(1))) {
            next.upsert(spec(1));
            next.views();
            channel.says(HealthState.HEALTHY);
            await().during(Duration.ofMillis(300)).until(statuses.written::isEmpty);

            channel.connected = true;
            channel.says(HealthState.HEALTHY);
            await().during(Duration.ofMillis(300)).until(statuses.written::isEmpty);

            // From now on its own word: a proxy that goes is told at once.
            channel.connected = false;
            channel.says(HealthState.HEALTHY);
            await().untilAsserted(() -> assertThat(statuses.reason("Ready")).isEqualTo("NoReport"));
        }
    }

    @Test
    void takeOver_whenNoProxyDialsInTime_saysSo() {
        statuses.last = former();
        channel.connected = false;
        try (PoolKeeper next = next(Duration.ofMillis(200))) {
            next.upsert(spec(1));
            await().untilAsserted(() -> {
                assertThat(statuses.reason("Ready")).isEqualTo("NoReport");
                assertThat(statuses.reason("Programmed")).isEqualTo("NoProxyConnected");
            });
        }
    }

    @Test
    void takeOver_withAnotherRevision_neverSaysThatItIsLive() {
        statuses.last = former();
        channel.connected = false;
        channel.acknowledges = false;
        try (PoolKeeper next = next(Duration.ofHours(1))) {
            next.upsert(spec(2));
            await().untilAsserted(() -> {
                assertThat(statuses.reason("Programmed")).isEqualTo("Pending");
                assertThat(statuses.reason("Ready")).isEqualTo("AllHealthy");
            });
            channel.connected = true;
            channel.says(HealthState.HEALTHY);
            channel.acknowledges = true;
            channel.says(HealthState.HEALTHY);
            await().untilAsserted(
                            () -> assertThat(statuses.reason("Programmed")).isEqualTo("Programmed"));
            assertThat(statuses.said("NoReport")).isFalse();
            assertThat(statuses.said("NoProxyConnected")).isFalse();
        }
    }

    @Test
    void takeOver_whereSomebodyWaitsForTheFirstWord_writesItWhenItIsItsOwn() {
        statuses.last = former();
        statuses.keepsLast = false;
        channel.connected = false;
        try (PoolKeeper next = next(Duration.ofHours(1))) {
            next.upsert(spec(1));
            await().during(Duration.ofMillis(300)).until(statuses.written::isEmpty);
            channel.connected = true;
            channel.says(HealthState.HEALTHY);
            await().untilAsserted(() -> assertThat(statuses.written).hasSize(1));
        }
    }

    private static PoolSpec named(String name) {
        return new PoolSpec(
                POOL,
                null,
                List.of(new Listener("http", 8080, Listener.Protocol.HTTP)),
                List.of(new PoolSpec.Group(
                        "a", 1, new PoolSpec.Addresses(List.of(new BackendAddress(name, 80, true))))),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null,
                TrafficPolicy.DEFAULT,
                1);
    }

    /** An operator that starts while DNS is down must not take a name's backends from proxies that use them. */
    @Test
    void restart_whileDnsIsDown_keepsTheNamesBackends_andSaysThatTheyAreOld(@TempDir Path directory)
            throws IOException {
        Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost\n");
        try (LoopbackDns dns = new LoopbackDns()) {
            DnsResolver resolver = DnsResolver.of(dns.address(), hosts);
            dns.answer("web.example.com", "A 203.0.113.1 60", "A 203.0.113.2 60");
            try (PoolKeeper first = new PoolKeeper(
                    channel,
                    host,
                    statuses,
                    resolver,
                    Services.NONE,
                    Secrets.NONE,
                    Overrides.NONE,
                    pool -> SessionKeys.NONE,
                    LastPublished.NONE,
                    Clock.systemUTC())) {
                first.upsert(named("web.example.com"));
                await().until(() -> !channel.published.isEmpty());
            }
            PoolSnapshot copy = channel.published.getLast();
            assertThat(copy.backends()).hasSize(2);

            dns.fail(Type.A, Rcode.SERVFAIL);
            dns.fail(Type.AAAA, Rcode.SERVFAIL);
            FakeChannel nextChannel = new FakeChannel();
            RecordingStatus nextStatus = new RecordingStatus();
            try (PoolKeeper next = new PoolKeeper(
                    nextChannel,
                    host,
                    nextStatus,
                    resolver,
                    Services.NONE,
                    Secrets.NONE,
                    Overrides.NONE,
                    pool -> SessionKeys.NONE,
                    pool -> copy,
                    Clock.systemUTC())) {
                next.upsert(named("web.example.com"));
                await().atMost(Duration.ofSeconds(20)).until(() -> !nextChannel.published.isEmpty());
                assertThat(nextChannel.published).containsOnly(copy);
                await().untilAsserted(() ->
                        assertThat(nextStatus.reason("ResolvedRefs")).isEqualTo("NameStale"));
            }
        }
    }

    @Test
    void flush_atTheEnd_isNotHeldBackByATakeOver() {
        statuses.last = former();
        channel.connected = false;
        try (PoolKeeper next = next(Duration.ofHours(1))) {
            next.upsert(spec(1));
            next.flush();
            assertThat(statuses.reason("Ready")).isEqualTo("NoReport");
        }
    }

    @Test
    void upsert_publishesRunsAndReports() {
        keeper.upsert(spec(1));

        await().untilAsserted(() -> assertThat(statuses.reason("Ready")).isEqualTo("AllHealthy"));
        assertThat(channel.published).hasSize(1);
        assertThat(host.running).containsKey(POOL);
        assertThat(keeper.views()).singleElement().extracting(PoolView::id).isEqualTo(POOL);
    }

    @Test
    void secret_isFollowed_publishedWhenRead_andReplacedWhenItChanges() {
        SecretId id = new SecretId("shop", "web-tls");
        keeper.upsert(secured());
        await().until(() -> secrets.followed.contains(id));
        assertThat(channel.published).as("the first reading is waited for").isEmpty();

        secrets.becomes(id, good("first"));
        await().untilAsserted(() -> assertThat(chains()).containsExactly("first"));
        secrets.becomes(id, good("second"));
        await().untilAsserted(() -> assertThat(chains()).containsExactly("first", "second"));
        await().untilAsserted(() -> assertThat(statuses.reason("ResolvedRefs")).isEqualTo("ResolvedRefs"));

        secrets.becomes(id, new SecretState.Absent("a Secret", lastGood("second")));
        await().untilAsserted(() -> assertThat(statuses.reason("ResolvedRefs")).isEqualTo("SecretNotFound"));
        assertThat(chains()).as("the last good one goes on").containsExactly("first", "second");

        keeper.remove(POOL);
        await().until(() -> secrets.followed.isEmpty());
    }

    /** A change that leaves the snapshot as it is may publish it again, under the same revision. */
    private List<String> chains() {
        return channel.published.stream()
                .map(snapshot -> snapshot.certificates().getFirst().chain())
                .distinct()
                .toList();
    }

    private static SecretState good(String chain) {
        SecretState.LastGood last = lastGood(chain);
        return new SecretState.Present(
                new SecretState.Good<>(Objects.requireNonNull(last.certificate())),
                new SecretState.Bad<>("has no ca.crt"),
                last);
    }

    private static SecretState.LastGood lastGood(String chain) {
        return new SecretState.LastGood(
                new KeyedCertificate(
                        chain, "KEY", Instant.parse("2020-01-01T00:00:00Z"), Instant.parse("2090-01-01T00:00:00Z")),
                null);
    }

    private static PoolSpec secured() {
        PoolSpec plain = spec(1);
        Listener https = new Listener(
                "https",
                8443,
                Listener.Protocol.HTTPS,
                new ListenerTls(List.of("web-tls"), ListenerTls.TlsVersion.TLS_1_2),
                List.of());
        return new PoolSpec(
                POOL,
                null,
                List.of(https),
                plain.groups(),
                plain.loadBalancing(),
                null,
                plain.traffic(),
                plain.replicas());
    }

    @Test
    void upsert_ofTheSame_publishesNothing() {
        keeper.upsert(spec(1));
        keeper.upsert(spec(1));
        keeper.upsert(spec(2));
        keeper.flush();

        assertThat(channel.published)
                .extracting(snapshot -> snapshot.groups().getFirst().weight())
                .containsExactly(1, 2);
    }

    @Test
    void status_ofASteadyPool_isWrittenOnce() {
        keeper.upsert(spec(1));
        await().until(() -> !statuses.written.isEmpty());

        for (int i = 0; i < 100; i++) {
            channel.says(HealthState.HEALTHY);
        }

        await().during(Duration.ofMillis(1_300))
                .untilAsserted(() -> assertThat(statuses.written).hasSize(1));
    }

    @Test
    void status_ofABusyPool_isWrittenAtMostOnceASecondAndEndsOnTheLastWord() {
        keeper.upsert(spec(1));
        await().until(() -> !statuses.written.isEmpty());

        for (int i = 0; i < 1_000; i++) {
            channel.says(i % 2 == 0 ? HealthState.HEALTHY : HealthState.UNKNOWN);
        }
        channel.says(HealthState.UNHEALTHY);

        await().untilAsserted(() -> assertThat(statuses.health()).isEqualTo("Unhealthy"));
        for (int i = 1; i < statuses.writtenNanos.size(); i++) {
            assertThat(statuses.writtenNanos.get(i) - statuses.writtenNanos.get(i - 1))
                    .isGreaterThan(950_000_000L);
        }
    }

    @Test
    void problems_areSaidAndTakenBack() {
        keeper.upsert(spec(1));
        keeper.problems(POOL, List.of("a.yaml:1: bad"));
        await().untilAsserted(() -> assertThat(statuses.reason("Stalled")).isEqualTo("InvalidManifest"));

        keeper.problems(POOL, List.of());
        await().untilAsserted(() -> assertThat(statuses.reason("Stalled")).isEqualTo("NotStalled"));
        assertThat(channel.published).hasSize(1);
    }

    @Test
    void remove_stopsWithdrawsAndForgets() {
        keeper.upsert(spec(1));
        keeper.remove(POOL);
        keeper.flush();

        assertThat(host.running).isEmpty();
        assertThat(channel.current).isEmpty();
        assertThat(statuses.forgotten).containsExactly(POOL);
        assertThat(keeper.views()).isEmpty();
    }
}
