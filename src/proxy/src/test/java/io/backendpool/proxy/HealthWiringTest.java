package io.backendpool.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.control.BackendStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.OutlierDetection;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.SlowStart;
import io.backendpool.pool.WeightOverride;
import io.backendpool.proxy.control.DataPlane.Applied;
import io.backendpool.proxy.listener.Listeners;
import io.backendpool.proxy.probe.HealthMonitor;
import io.backendpool.proxy.traffic.TrafficRecorder;
import io.backendpool.proxy.upstream.PoolHolder;
import io.backendpool.proxy.upstream.ProxyLimits;
import io.vertx.core.Vertx;
import io.vertx.core.transport.Transport;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What requests find out, overrides and time reach the weights that traffic goes by: real sockets, a clock of the test's. */
class HealthWiringTest {
    private static final Instant START = Instant.parse("2026-11-26T12:00:00Z");

    private final AtomicReference<Instant> clock = new AtomicReference<>(START);
    private final Vertx traffic = EventLoops.create(1, Transport.NIO);
    private final Vertx side = EventLoops.create(1, Transport.NIO);
    private final PoolHolder pools = new PoolHolder();
    private final TrafficRecorder recorder = new TrafficRecorder(System::nanoTime);
    private final Listeners listeners =
            new Listeners(traffic, "127.0.0.1", pools, recorder, ProxyLimits.defaults(), null);
    private final InstantSource time = clock::get;
    private final HealthMonitor monitor = new HealthMonitor(side, pools, time, System::nanoTime, new Random(1));
    private final LiveDataPlane dataPlane =
            new LiveDataPlane(Backends.POOL, traffic, listeners, monitor, recorder, () -> true);
    private final HttpClient client = HttpClient.newHttpClient();
    private final int port = Backends.freePort();
    private Backends backends;
    private long revision;

    @BeforeEach
    void start() throws Exception {
        backends = new Backends(3);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        monitor.close().toCompletableFuture().get(10, TimeUnit.SECONDS);
        listeners.drain(Duration.ZERO).toCompletableFuture().get(10, TimeUnit.SECONDS);
        for (Vertx vertx : List.of(traffic, side)) {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
        backends.close();
    }

    private static OutlierDetection outliers() {
        return new OutlierDetection(
                5,
                0,
                3,
                3,
                3,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(300),
                0,
                50,
                2,
                20,
                null,
                null,
                0);
    }

    private void apply(
            @Nullable SlowStart slowStart, @Nullable OutlierDetection outliers, WeightOverride... overrides) {
        PoolSnapshot plain = backends.pool(1, Backends.http(port)).snapshot();
        LoadBalancing usual = plain.loadBalancing();
        LoadBalancing balancing = new LoadBalancing(
                usual.policy(),
                usual.leastRequest(),
                usual.decay(),
                usual.ringSize(),
                null,
                List.of(),
                usual.locality(),
                0,
                usual.panicThreshold(),
                slowStart);
        PoolSnapshot snapshot = new PoolSnapshot(
                plain.id(),
                plain.listeners(),
                plain.groups(),
                plain.backends(),
                balancing,
                null,
                plain.traffic(),
                List.of(),
                null,
                outliers,
                AdaptiveWeight.OFF,
                List.of(overrides),
                plain.sessionKeys());
        PublishedPool published =
                new PublishedPool(new io.backendpool.control.Revision(++revision, "sha256:00000000"), snapshot);
        assertThat(dataPlane.apply(published, false).toCompletableFuture().join())
                .isEqualTo(new Applied());
    }

    private HttpResponse<String> get() throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                BodyHandlers.ofString());
    }

    private BackendStatus status(int index) {
        BackendKey key = backends.key(index);
        return dataPlane.status().backends().stream()
                .filter(backend -> backend.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void backendThatAnswers503_isEjected_withNumbers_andReturnsInTime() throws Exception {
        apply(null, outliers());
        backends.answerWith(0, 503);
        await().untilAsserted(() -> {
            get();
            assertThat(status(0).state()).isEqualTo(HealthState.EJECTED);
        });
        assertThat(status(0).reason()).contains("5xx 5 in a row").contains("30s");
        assertThat(status(0).effectiveWeight()).isZero();
        for (int i = 0; i < 12; i++) {
            assertThat(get().statusCode()).isEqualTo(200);
        }
        backends.answerWith(0, 200);
        clock.set(START.plusSeconds(31));
        await().untilAsserted(() -> assertThat(status(0).state()).isEqualTo(HealthState.HEALTHY));
        await().until(() -> get().body().equals("backend 0"));
    }

    @Test
    void backendThatRefusesConnections_isEjected_andNoRequestFails() throws Exception {
        apply(null, outliers());
        backends.stop(1);
        await().untilAsserted(() -> {
            assertThat(get().statusCode()).isEqualTo(200);
            assertThat(status(1).state()).isEqualTo(HealthState.EJECTED);
        });
        assertThat(status(1).reason()).contains("3 in a row");
    }

    @Test
    void outlierDetectionThatIsTakenOut_bringsBackWhatItEjected() throws Exception {
        apply(null, outliers());
        backends.answerWith(0, 500);
        await().untilAsserted(() -> {
            get();
            assertThat(status(0).state()).isEqualTo(HealthState.EJECTED);
        });
        apply(null, null);
        assertThat(status(0).state()).isEqualTo(HealthState.HEALTHY);
    }

    @Test
    void override_drainsUntilItsTime() throws Exception {
        apply(null, null, new WeightOverride("web", backends.key(2), true, 0, START.plusSeconds(60), "disk full"));
        assertThat(status(2).state()).isEqualTo(HealthState.DRAINING);
        assertThat(status(2).reason()).contains("disk full");
        for (int i = 0; i < 9; i++) {
            assertThat(get().body()).isNotEqualTo("backend 2");
        }
        clock.set(START.plusSeconds(61));
        await().untilAsserted(() -> assertThat(status(2).state()).isEqualTo(HealthState.HEALTHY));
        assertThat(status(2).effectiveWeight()).isEqualTo(status(0).effectiveWeight());
    }

    @Test
    void backendThatReturns_warmsUp() throws Exception {
        apply(new SlowStart(Duration.ofSeconds(30), 1, 10), outliers());
        assertThat(status(0).state()).isEqualTo(HealthState.HEALTHY);
        backends.answerWith(0, 503);
        await().untilAsserted(() -> {
            get();
            assertThat(status(0).state()).isEqualTo(HealthState.EJECTED);
        });
        backends.answerWith(0, 200);
        clock.set(START.plusSeconds(31));
        await().untilAsserted(() -> assertThat(status(0).state()).isEqualTo(HealthState.WARMING));
        double cold = status(0).effectiveWeight();
        assertThat(cold).isPositive().isLessThan(status(1).effectiveWeight() / 2);
        clock.set(START.plusSeconds(46));
        await().untilAsserted(() -> assertThat(status(0).effectiveWeight()).isGreaterThan(cold * 2));
        clock.set(START.plusSeconds(62));
        await().untilAsserted(() -> assertThat(status(0).state()).isEqualTo(HealthState.HEALTHY));
        assertThat(status(0).effectiveWeight()).isEqualTo(status(1).effectiveWeight());
    }
}
