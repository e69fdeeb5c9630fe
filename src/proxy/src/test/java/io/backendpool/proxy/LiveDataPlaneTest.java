package io.backendpool.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.control.BackendStatus;
import io.backendpool.control.ProxyStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.StatusRange;
import io.backendpool.proxy.control.DataPlane.Applied;
import io.backendpool.proxy.control.DataPlane.ApplyResult;
import io.backendpool.proxy.control.DataPlane.Refused;
import io.backendpool.proxy.upstream.LivePool;
import io.backendpool.proxy.upstream.PoolHolder;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LiveDataPlaneTest {
    private final InProcessProxy proxy = new InProcessProxy(2, InstantSource.system());
    private final PoolHolder pools = proxy.pools;
    private final LiveDataPlane dataPlane = proxy.dataPlane;
    private final HttpClient client = HttpClient.newHttpClient();
    private Backends backends;

    @BeforeEach
    void startBackends() throws IOException {
        backends = new Backends(2);
    }

    @AfterEach
    void stopAll() throws Exception {
        client.close();
        proxy.close();
        backends.close();
    }

    @Test
    void apply_ofAGoodPool_isServedWhenItSaysSo() throws Exception {
        int port = Backends.freePort();
        assertThat(dataPlane.isLive()).isFalse();
        assertThat(dataPlane.status()).returns(false, ProxyStatus::ready).returns(List.of(), ProxyStatus::backends);

        assertThat(apply(backends.pool(1, Backends.http(port)))).isEqualTo(new Applied());
        assertThat(dataPlane.isLive()).isTrue();
        assertThat(get(port).body()).startsWith("backend ");
    }

    @Test
    void status_hasEachBackendInOrder_withWeightAndTraffic() throws Exception {
        int port = Backends.freePort();
        apply(backends.pool(1, Backends.http(port)));
        for (int i = 0; i < 10; i++) {
            get(port);
        }
        ProxyStatus status = dataPlane.status();
        assertThat(status.ready()).isTrue();
        assertThat(status.mode()).isEqualTo(live().weights().mode());
        assertThat(status.notes()).isEqualTo(live().weights().notes());
        assertThat(status.backends())
                .extracting(BackendStatus::key)
                .isEqualTo(live().pool().snapshot().backends().stream()
                        .map(backend -> backend.key())
                        .toList());
        assertThat(status.backends()).extracting(BackendStatus::effectiveWeight).containsExactly(50.0, 50.0);
        assertThat(status.backends()).extracting(BackendStatus::state).containsOnly(HealthState.HEALTHY);
        await().untilAsserted(() -> assertThat(dataPlane.status().backends().stream()
                        .mapToLong(BackendStatus::windowRequests)
                        .sum())
                .isEqualTo(10));
        await().untilAsserted(() ->
                assertThat(dataPlane.status().traffic().totalRequests()).isEqualTo(10));
    }

    @Test
    void statusAfter_hasTheTrafficOfBefore_whereTheBackendWasThere() throws Exception {
        int port = Backends.freePort();
        apply(backends.pool(1, Backends.http(port)));
        ProxyStatus before = dataPlane.status();
        Object condition = dataPlane.condition();
        for (int i = 0; i < 10; i++) {
            get(port);
        }
        await().untilAsserted(() -> assertThat(requests(dataPlane.status())).containsExactly(5L, 5L));
        assertThat(requests(dataPlane.statusAfter(before))).containsExactly(0L, 0L);
        assertThat(dataPlane.condition()).isEqualTo(condition);

        BackendStatus first = before.backends().getFirst();
        BackendStatus second = before.backends().getLast();
        for (BackendKey gone : List.of(new BackendKey("a", "10.0.0.1", 1), new BackendKey("zz", "10.0.0.1", 1))) {
            List<BackendStatus> others = Stream.of(
                            first, new BackendStatus(gone, first.state(), "", first.since(), 1, 9, 9))
                    .sorted(Comparator.comparing(BackendStatus::key))
                    .toList();
            ProxyStatus after = dataPlane.statusAfter(new ProxyStatus(true, others, before.traffic()));
            assertThat(after.backends()).extracting(BackendStatus::key).containsExactly(first.key(), second.key());
            assertThat(requests(after)).containsExactly(0L, 5L);
        }
        apply(backends.pool(2, Backends.http(port)));
        assertThat(dataPlane.condition()).isNotEqualTo(condition);
    }

    private static List<Long> requests(ProxyStatus status) {
        return status.backends().stream().map(BackendStatus::windowRequests).toList();
    }

    @Test
    void deadBackend_isSeenInStatus_andGetsNoTraffic() throws Exception {
        int port = Backends.freePort();
        apply(backends.probedPool(1, Backends.http(port)));
        await().until(() ->
                dataPlane.status().backends().stream().allMatch(backend -> backend.state() == HealthState.HEALTHY));
        backends.stop(0);
        await().untilAsserted(() -> assertThat(dataPlane.status().backends())
                .filteredOn(backend -> backend.state() == HealthState.UNHEALTHY)
                .singleElement()
                .satisfies(dead -> assertThat(dead.reason()).isEqualTo("connection refused, 2 of 2 probes"))
                .satisfies(dead -> assertThat(dead.effectiveWeight()).isZero()));
        for (int i = 0; i < 10; i++) {
            assertThat(get(port).body()).isEqualTo("backend 1");
        }
    }

    @Test
    void portInUse_isRefusedWithItsNumber_andNothingChanges() throws Exception {
        int port = Backends.freePort();
        PublishedPool good = backends.pool(1, Backends.http(port));
        apply(good);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThat(apply(backends.pool(2, Backends.http(taken.getLocalPort()))))
                    .isEqualTo(new Refused("listener http: port " + taken.getLocalPort() + " is in use"));
        }
        assertThat(live().pool()).isEqualTo(good);
        assertThat(get(port).statusCode()).isEqualTo(200);
    }

    @Test
    void poolOfAnother_isRefused_andNothingIsBound() throws IOException {
        int port = Backends.freePort();
        assertThat(apply(backends.published(1, new PoolId("shop", "api"), null, Backends.http(port))))
                .isEqualTo(new Refused("pool: shop/api (expected: shop/web, the pool of this proxy)"));
        assertNobodyListens(port);
    }

    @Test
    void probeThatCannotBeSent_isRefused_andNothingIsBound() throws IOException {
        int port = Backends.freePort();
        HealthCheck check = new HealthCheck(
                new HealthCheck.HttpProbe("/a b", null, List.of(new StatusRange(200, 200))),
                null,
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                1,
                1);
        assertThat(apply(backends.published(1, Backends.POOL, check, Backends.http(port))))
                .isEqualTo(new Refused("healthCheck.http.path: \"/a b\" (expected: no spaces or control characters)"));
        assertNobodyListens(port);
    }

    @Test
    void apply_whileShuttingDown_isRefused() {
        dataPlane.close();
        assertThat(apply(backends.pool(1, Backends.http(Backends.freePort()))))
                .isEqualTo(new Refused("the proxy is shutting down"));
    }

    @Test
    void listenersOfTheNextRevision_replaceThoseOfTheLast() throws Exception {
        int first = Backends.freePort();
        apply(backends.pool(1, Backends.http(first)));
        int second = Backends.freePort();
        assertThat(apply(backends.pool(2, Backends.http(second)))).isEqualTo(new Applied());
        assertThat(get(second).statusCode()).isEqualTo(200);
        await().untilAsserted(() -> assertNobodyListens(first));
    }

    @Test
    void controlState_confirmed_endsStaleness() throws Exception {
        dataPlane
                .apply(backends.pool(1, Backends.http(Backends.freePort())), true)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        assertThat(live().stale()).isTrue();
        dataPlane.controlState(true, false);
        await().untilAsserted(() -> assertThat(live().stale()).isFalse());
    }

    private ApplyResult apply(PublishedPool pool) {
        return dataPlane.apply(pool, false).toCompletableFuture().join();
    }

    private LivePool live() {
        LivePool live = pools.current();
        assertThat(live).isNotNull();
        return Objects.requireNonNull(live);
    }

    private HttpResponse<String> get(int port) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                        .build(),
                BodyHandlers.ofString());
    }

    private static void assertNobodyListens(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 1_000);
            throw new AssertionError("port " + port + " is open");
        } catch (ConnectException expected) {
            assertThat(expected).hasMessageContaining("refused");
        }
    }
}
