package io.backendpool.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.backendpool.control.BackendStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.SnapshotDigest;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.StatusRange;
import io.backendpool.pool.UpstreamTls;
import io.backendpool.proxy.control.DataPlane.Applied;
import io.backendpool.proxy.control.DataPlane.ApplyResult;
import io.backendpool.proxy.control.DataPlane.Refused;
import io.backendpool.proxy.http.Proxy;
import io.backendpool.proxy.tls.TestAuthority;
import io.backendpool.proxy.tls.TlsEngine;
import io.backendpool.proxy.upstream.ProxyLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Backends that speak TLS, as the whole data plane sees them: traffic, probes, status. */
final class BackendTlsTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("Backends' CA");
    private static final HealthCheck CHECK = new HealthCheck(
            new HealthCheck.HttpProbe("/healthz", null, List.of(new StatusRange(200, 299))),
            null,
            Duration.ofSeconds(1),
            Duration.ofMillis(900),
            1,
            1);

    private final InProcessProxy proxy = new InProcessProxy(1, InstantSource.system());
    private final LiveDataPlane dataPlane = proxy.dataPlane;
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<HttpServer> servers = new ArrayList<>();
    /** The ports that the proxy's requests came from: one for each connection. */
    private final Set<InetSocketAddress> connections = ConcurrentHashMap.newKeySet();

    private int port;
    private long revision;

    @BeforeEach
    void choosePort() {
        port = Backends.freePort();
    }

    @AfterEach
    void stopAll() throws Exception {
        client.close();
        proxy.close();
        servers.forEach(server -> server.stop(0));
    }

    private int secureBackend(TestAuthority.Issued issued) throws IOException {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 128);
        server.setHttpsConfigurator(new HttpsConfigurator(issued.serverContext()));
        return start(server);
    }

    private int start(HttpServer server) {
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            if (!exchange.getRequestURI().getPath().equals("/healthz")) {
                connections.add(exchange.getRemoteAddress());
            }
            byte[] body = "secured".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        servers.add(server);
        return server.getAddress().getPort();
    }

    private ApplyResult apply(@Nullable HealthCheck check, @Nullable UpstreamTls tls, int backendPort) {
        return apply(check, tls == null ? BackendGroup.Protocol.HTTP : BackendGroup.Protocol.HTTPS, tls, backendPort);
    }

    private ApplyResult apply(
            @Nullable HealthCheck check, BackendGroup.Protocol protocol, @Nullable UpstreamTls tls, int backendPort) {
        PoolSnapshot snapshot = new PoolSnapshot(
                Backends.POOL,
                List.of(Backends.http(port)),
                List.of(new BackendGroup("web", 100, protocol, tls, BackendGroup.ProxyProtocol.NONE, List.of())),
                List.of(new Backend(new BackendKey("web", "127.0.0.1", backendPort), EndpointConditions.READY, null)),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                check);
        return dataPlane
                .apply(new PublishedPool(new Revision(++revision, SnapshotDigest.of(snapshot)), snapshot), false)
                .toCompletableFuture()
                .join();
    }

    private HttpResponse<String> get() throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void awaitReason(HealthState state, String reason) {
        await().untilAsserted(() -> assertThat(dataPlane.status().backends())
                .singleElement()
                .satisfies(backend -> assertThat(backend.state()).isEqualTo(state))
                .extracting(BackendStatus::reason)
                .asString()
                .startsWith(reason));
    }

    private static UpstreamTls trusting(TestAuthority authority, String name) {
        return new UpstreamTls(name, authority.pem(), false);
    }

    /** One proxy is the other's backend: its HTTPS listener speaks HTTP/2 to those that ask for it. */
    @Test
    void backendOfHttp2_isAskedForItByAlpn() throws Exception {
        int plain = start(HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 128));
        try (Proxy far = new Proxy(ProxyLimits.defaults(), null, 1, TlsEngine.best())) {
            far.publish(plain);
            int secured = Backends.freePort();
            assertThat(far.apply(
                            List.of(Proxy.https(secured, "web")),
                            List.of(AUTHORITY.ecdsa("web.internal").as("web"))))
                    .isNull();

            assertThat(apply(null, BackendGroup.Protocol.H2, trusting(AUTHORITY, "web.internal"), secured))
                    .isEqualTo(new Applied());
            for (int i = 0; i < 5; i++) {
                assertThat(get().body()).isEqualTo("secured");
            }
            assertThat(far.traffic.totals().acceptedConnections()).isEqualTo(1);
        }
    }

    @Test
    void backendOfTheRightNameAndAuthority_isServed_probed_andReused() throws Exception {
        int backend = secureBackend(AUTHORITY.ecdsa("web.internal"));
        assertThat(apply(CHECK, trusting(AUTHORITY, "web.internal"), backend)).isEqualTo(new Applied());
        awaitReason(HealthState.HEALTHY, "probes succeed");
        for (int i = 0; i < 5; i++) {
            assertThat(get()).returns(200, HttpResponse::statusCode).returns("secured", HttpResponse::body);
        }
        assertThat(connections).hasSize(1);
    }

    @Test
    void wrongName_isNoBackend_andTheStatusSaysBothNames() throws Exception {
        int backend = secureBackend(AUTHORITY.ecdsa("other.internal"));
        apply(CHECK, trusting(AUTHORITY, "web.internal"), backend);
        awaitReason(
                HealthState.UNHEALTHY,
                "TLS: certificate is for other.internal (expected: web.internal), 1 of 1 probes");
        apply(null, trusting(AUTHORITY, "web.internal"), backend);
        assertThat(get()).satisfies(response -> {
            assertThat(response.statusCode()).isEqualTo(502);
            assertThat(response.body()).contains("TLS handshake failed").doesNotContain("internal");
        });
        assertThat(connections).isEmpty();
        assertThat(proxy.recorder.totals().connectFailures()).isPositive();
    }

    @Test
    void unknownAuthority_isNoBackend_andTheStatusNamesIt() throws Exception {
        int backend = secureBackend(AUTHORITY.ecdsa("web.internal"));
        apply(CHECK, new UpstreamTls("web.internal", null, false), backend);
        awaitReason(
                HealthState.UNHEALTHY,
                "TLS: certificate is signed by CN=Backends' CA (expected: an authority that is trusted)");
        apply(CHECK, trusting(new TestAuthority("Another CA"), "web.internal"), backend);
        awaitReason(
                HealthState.UNHEALTHY,
                "TLS: certificate is signed by CN=Backends' CA (expected: an authority that is trusted)");
        apply(CHECK, trusting(AUTHORITY, "web.internal"), backend);
        awaitReason(HealthState.HEALTHY, "probes succeed");
    }

    @Test
    void expiredCertificate_isSaidWithItsEnd() throws Exception {
        int backend = secureBackend(AUTHORITY.expired("web.internal"));
        apply(CHECK, trusting(AUTHORITY, "web.internal"), backend);
        awaitReason(HealthState.UNHEALTHY, "TLS: certificate expired at 2021-01-01T00:00:00Z");
    }

    @Test
    void skippedVerification_takesAnything() throws Exception {
        int backend = secureBackend(AUTHORITY.expired("other.internal"));
        for (UpstreamTls any :
                List.of(new UpstreamTls(null, null, true), new UpstreamTls("web.internal", null, true))) {
            apply(CHECK, any, backend);
            awaitReason(HealthState.HEALTHY, "probes succeed");
            assertThat(get().body()).isEqualTo("secured");
        }
    }

    @Test
    void backendOfPlainHttp_isNoTlsBackend() throws Exception {
        try (ServerSocket backend = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> refuseInPlainText(backend));
            apply(CHECK, trusting(AUTHORITY, "web.internal"), backend.getLocalPort());
            awaitReason(HealthState.UNHEALTHY, "TLS: what came is no TLS");
            apply(null, trusting(AUTHORITY, "web.internal"), backend.getLocalPort());
            assertThat(get().statusCode()).isEqualTo(502);
        }
    }

    private static void refuseInPlainText(ServerSocket backend) {
        try {
            while (true) {
                try (Socket socket = backend.accept()) {
                    var first = socket.getInputStream().read(new byte[4096]);
                    assertThat(first).isNotNegative();
                    socket.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                }
            }
        } catch (IOException end) {
            // closed: the end of the test
        }
    }

    @Test
    void changedTrust_isNotServedByConnectionsOfBefore() throws Exception {
        int backend = secureBackend(AUTHORITY.ecdsa("web.internal"));
        apply(null, trusting(AUTHORITY, "web.internal"), backend);
        assertThat(get().statusCode()).isEqualTo(200);
        apply(null, trusting(new TestAuthority("Another CA"), "web.internal"), backend);
        assertThat(get().statusCode()).isEqualTo(502);
        apply(null, trusting(AUTHORITY, "web.internal"), backend);
        assertThat(get().statusCode()).isEqualTo(200);
    }

    @Test
    void garbageForAuthorities_isRefusedWithTheGroupsName() {
        assertThat(apply(null, new UpstreamTls("web.internal", "no PEM", false), 1))
                .isEqualTo(new Refused("backends[web].tls.caCertificates: is no certificate in PEM"));
    }
}
