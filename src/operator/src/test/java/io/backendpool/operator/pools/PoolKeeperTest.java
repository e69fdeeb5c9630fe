package io.backendpool.operator.pools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.control.BackendStatus;
import io.backendpool.control.ProxyStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.Traffic;
import io.backendpool.operator.control.ConnectedProxy;
import io.backendpool.operator.dns.DnsResolver;
import io.backendpool.operator.translate.BackendAddress;
import io.backendpool.operator.translate.KeyedCertificate;
import io.backendpool.operator.translate.PoolSpec;
import io.backendpool.operator.translate.SecretId;
import io.backendpool.operator.translate.SecretState;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.Listener;
import io.backendpool.pool.ListenerTls;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.TrafficPolicy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PoolKeeperTest {
    private static final PoolId POOL = new PoolId("shop", "web");

    private final FakeChannel channel = new FakeChannel();
    private final FakeHost host = new FakeHost();
    private final RecordingStatus statuses = new RecordingStatus();
    private final FakeSecrets secrets = new FakeSecrets();
    private final PoolKeeper keeper =
            new PoolKeeper(channel, host, statuses, DnsResolver.ofSystem(), Services.NONE, secrets, Clock.systemUTC());

    /** One proxy that has whatever is published, and says what the test lets it say. */
    private static final class FakeChannel implements ProxyChannel {
        final List<PoolSnapshot> published = new CopyOnWriteArrayList<>();
        final Map<PoolId, PublishedPool> current = new ConcurrentHashMap<>();
        volatile HealthState health = HealthState.HEALTHY;
        private volatile Consumer<PoolId> listener = pool -> {};

        @Override
        public PublishedPool publish(PoolSnapshot snapshot) {
            published.add(snapshot);
            PublishedPool next =
                    new PublishedPool(new Revision(published.size(), "sha256:" + published.size()), snapshot);
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
            if (now == null) {
                return List.of();
            }
            List<BackendStatus> backends = new ArrayList<>();
            now.snapshot()
                    .backends()
                    .forEach(backend ->
                            backends.add(new BackendStatus(backend.key(), health, "said", Instant.EPOCH, 100, 0, 0)));
            ProxyStatus status = new ProxyStatus(true, backends, Traffic.NONE);
            return List.of(
                    new ConnectedProxy("p0", "1", Instant.EPOCH, now.revision(), Duration.ofMillis(1), null, status));
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
            return new State(1, "", List.of());
        }

        @Override
        public void onChange(Consumer<PoolId> listener) {}
    }

    private static final class RecordingStatus implements StatusSink {
        final List<BackendPoolStatus> written = new CopyOnWriteArrayList<>();
        final List<Long> writtenNanos = new CopyOnWriteArrayList<>();
        final List<PoolId> forgotten = new CopyOnWriteArrayList<>();

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

    private List<String> chains() {
        return channel.published.stream()
                .map(snapshot -> snapshot.certificates().getFirst().chain())
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
