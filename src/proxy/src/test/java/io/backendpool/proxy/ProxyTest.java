package io.backendpool.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backendpool.control.PublishedPool;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole proxy in this process, on its own: nobody answers where its operator should be. */
final class ProxyTest {
    private static final Duration NO_WARM_UP = Duration.ZERO;

    private final List<Proxy> proxies = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final int port = Backends.freePort();
    private Path folder;
    private Backends backends;

    @BeforeEach
    void prepare(@TempDir Path given) throws IOException {
        folder = given;
        backends = new Backends(2);
    }

    @AfterEach
    void stopAll() {
        backends.letSlowOnesGo();
        proxies.forEach(Proxy::stop);
        client.close();
        backends.close();
    }

    @Test
    void proxyWithoutOperator_servesTheBootstrapPool_andSaysThatItIsStale() throws Exception {
        Proxy proxy = start(backends.probedPool(7, Backends.http(port)), NO_WARM_UP);
        await().untilAsserted(
                        () -> assertThat(admin(proxy, "/ready").statusCode()).isEqualTo(200));
        assertThat(get(port, "/").body()).startsWith("backend ");

        JsonObject page = new JsonObject(admin(proxy, "/pool").body());
        assertThat(page.getJsonObject("revision").getLong("number")).isEqualTo(7);
        assertThat(page.getBoolean("stale")).isTrue();
        assertThat(page.getJsonObject("control").getBoolean("connected")).isFalse();
        await().untilAsserted(() -> assertThat(admin(proxy, "/metrics").body())
                .contains("backendpool_requests_total{code=\"2xx\"} 1\n", "backendpool_stale 1\n"));
    }

    @Test
    void proxyWithoutAnyPool_isAliveButNotReady() throws Exception {
        Proxy proxy = start(null, NO_WARM_UP);
        assertThat(admin(proxy, "/live").statusCode()).isEqualTo(200);
        HttpResponse<String> ready = admin(proxy, "/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).isEqualTo("no complete revision of pool shop/web is live yet\n");
    }

    @Test
    void warmUp_drivesTheRequestPath_andLeavesNoTrace() throws Exception {
        Proxy proxy = start(backends.pool(1, Backends.http(port)), Duration.ofMillis(300));
        assertThat(proxy.notReady()).isNotNull();
        await().until(() -> proxy.notReady() == null);
        JsonObject page = new JsonObject(admin(proxy, "/pool").body());
        assertThat(page.getJsonObject("traffic").getLong("totalRequests")).isZero();
        assertThat(page.getJsonArray("backends")).hasSize(2);
    }

    @Test
    void adminPort_isWrittenToTheStateDirectory_andRemovedAtTheEnd() throws Exception {
        Proxy proxy = start(null, NO_WARM_UP);
        Path file = folder.resolve("state/admin.port");
        assertThat(Files.readString(file)).isEqualTo(proxy.adminPort() + "\n");
        proxy.stop();
        assertThat(file).doesNotExist();
    }

    @Test
    void adminPortInUse_isSaidInOneSentence() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            HostPort admin = new HostPort("127.0.0.1", taken.getLocalPort());
            assertThatThrownBy(() -> Proxy.start(config(null, NO_WARM_UP, admin, TransportChoice.NIO)))
                    .isInstanceOf(StartFailedException.class)
                    .hasMessage("--admin: " + admin
                            + " cannot be bound: address already in use (expected: a free port of this host)");
        }
    }

    @Test
    void stop_letsRequestsUnderWayFinish_andTakesNoNewConnection() throws Exception {
        Proxy proxy = start(backends.pool(1, Backends.http(port)), NO_WARM_UP);
        await().until(() -> proxy.notReady() == null);
        CompletableFuture<HttpResponse<String>> slow =
                client.sendAsync(request(port, "/slow"), BodyHandlers.ofString());
        assertThat(backends.slowRequestArrives()).isTrue();

        CompletableFuture<Void> stopped = CompletableFuture.runAsync(proxy::stop);
        await().untilAsserted(() -> {
            HttpResponse<String> ready = admin(proxy, "/ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).isEqualTo("draining: the proxy was asked to stop\n");
        });
        await().untilAsserted(() -> {
            try (HttpClient other = HttpClient.newHttpClient()) {
                assertThatThrownBy(() -> other.send(request(port, "/"), BodyHandlers.ofString()))
                        .isInstanceOf(IOException.class);
            }
        });
        assertThat(stopped).isNotDone();

        backends.letSlowOnesGo();
        assertThat(slow.get(10, TimeUnit.SECONDS).body()).isEqualTo("slow");
        stopped.get(10, TimeUnit.SECONDS);
    }

    @Test
    void transportThatCannotWork_isSaid() {
        HostPort admin = new HostPort("127.0.0.1", 0);
        for (TransportChoice choice : TransportChoice.values()) {
            try {
                proxies.add(Proxy.start(config(null, NO_WARM_UP, admin, choice)));
            } catch (StartFailedException e) {
                assertThat(choice).isEqualTo(TransportChoice.EPOLL);
                assertThat(e).hasMessageStartingWith("--transport: " + choice.word());
            }
        }
    }

    private Proxy start(@Nullable PublishedPool bootstrap, Duration warmUp) throws Exception {
        Proxy proxy = Proxy.start(config(bootstrap, warmUp, new HostPort("127.0.0.1", 0), TransportChoice.AUTO));
        proxies.add(proxy);
        return proxy;
    }

    private ProxyConfig config(
            @Nullable PublishedPool bootstrap, Duration warmUp, HostPort admin, TransportChoice transport) {
        try {
            return new ProxyConfig(
                    Backends.POOL,
                    "proxy-1",
                    new HostPort("127.0.0.1", Backends.freePort()),
                    Files.writeString(folder.resolve("ca.pem"), ""),
                    Files.writeString(folder.resolve("token"), "secret"),
                    folder.resolve("state"),
                    bootstrap == null ? null : Backends.bootstrap(folder, bootstrap),
                    null,
                    admin,
                    "127.0.0.1",
                    new ProxyConfig.NoAccessLog(),
                    2,
                    transport,
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    warmUp);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private HttpResponse<String> admin(Proxy proxy, String path) throws IOException, InterruptedException {
        return get(proxy.adminPort(), path);
    }

    private HttpResponse<String> get(int at, String path) throws IOException, InterruptedException {
        return client.send(request(at, path), BodyHandlers.ofString());
    }

    private static HttpRequest request(int at, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + at + path))
                .timeout(Duration.ofSeconds(15))
                .build();
    }
}
