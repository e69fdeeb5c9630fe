package io.backendpool.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.Certificate;
import io.backendpool.pool.Listener;
import io.backendpool.pool.ListenerTls;
import io.backendpool.pool.ListenerTls.TlsVersion;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.Timeouts;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.proxy.http.Proxy;
import io.backendpool.proxy.tls.TestAuthority.Issued;
import io.backendpool.proxy.traffic.Handshake;
import io.backendpool.proxy.upstream.ProxyLimits;
import io.backendpool.proxy.warmup.FreePorts;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients of the JDK against listeners of protocol HTTPS, on each engine. */
class TlsTerminationTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("Test CA");

    private final List<AutoCloseable> opened = new ArrayList<>();
    private HttpServer backend;

    @SuppressWarnings("NullAway.Init") // by start
    private Proxy proxy;

    private int port;

    @BeforeEach
    void startBackend() throws IOException {
        backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
        backend.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        backend.createContext("/", exchange -> {
            byte[] body = String.valueOf(exchange.getRequestHeaders().getFirst("X-Forwarded-Proto"))
                    .getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        backend.start();
    }

    @AfterEach
    void stopAll() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        proxy.close();
        backend.stop(0);
    }

    private void start(TlsEngine engine, TlsVersion minVersion, Certificate... certificates) throws Exception {
        proxy = new Proxy(ProxyLimits.defaults(), null, 2, engine);
        port = FreePorts.next();
        proxy.publish(backend.getAddress().getPort());
        assertThat(apply(minVersion, Timeouts.DEFAULT, certificates)).isNull();
    }

    private String apply(TlsVersion minVersion, Timeouts timeouts, Certificate... certificates) throws Exception {
        List<String> names =
                List.of(certificates).stream().map(Certificate::name).toList();
        return apply(names, minVersion, timeouts, certificates);
    }

    private String apply(List<String> names, TlsVersion minVersion, Timeouts timeouts, Certificate... certificates)
            throws Exception {
        Listener listener =
                new Listener("https", port, Listener.Protocol.HTTPS, new ListenerTls(names, minVersion), List.of());
        TrafficPolicy usual = TrafficPolicy.DEFAULT;
        PoolSnapshot snapshot = new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(listener),
                List.of(new BackendGroup("web", 100)),
                List.of(),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                null,
                new TrafficPolicy(timeouts, usual.retries(), usual.circuitBreaker(), usual.limits(), usual.http()),
                List.of(certificates));
        return proxy.listeners.apply(snapshot).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private interface Tuning {
        void apply(SSLParameters parameters);
    }

    private SSLSocket connect(SSLContext context, String host, Tuning tuning) throws IOException {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
        plain.setSoTimeout(20_000);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
        opened.add(socket);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(host)));
        tuning.apply(parameters);
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static Tuning only(String version) {
        return parameters -> parameters.setProtocols(new String[] {version});
    }

    private X509Certificate shown(String host, Tuning tuning) throws IOException {
        return shown(AUTHORITY.clientContext(), host, tuning);
    }

    private X509Certificate shown(SSLContext context, String host, Tuning tuning) throws IOException {
        SSLSocket socket = connect(context, host, tuning);
        socket.startHandshake();
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }

    private static String get(Socket socket) throws IOException {
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        StringBuilder text = new StringBuilder();
        int next;
        while (!text.toString().endsWith("https") && (next = in.read()) >= 0) {
            text.append((char) next);
        }
        return text.toString();
    }

    private void awaitCount(Handshake how, long count) {
        await().untilAsserted(
                        () -> assertThat(proxy.traffic.totals().handshakes()).containsEntry(how, count));
    }

    @ParameterizedTest
    @EnumSource
    void alpn_choosesHttp2_andHttp1ForThoseThatDoNotKnowIt(TlsEngine engine) throws Exception {
        start(engine, TlsVersion.TLS_1_2, AUTHORITY.ecdsa("localhost").as("web"));
        URI uri = URI.create("https://localhost:" + port + "/");
        for (HttpClient.Version version : HttpClient.Version.values()) {
            try (HttpClient client = HttpClient.newBuilder()
                    .version(version)
                    .sslContext(AUTHORITY.clientContext())
                    .build()) {
                HttpResponse<String> response = client.send(
                        HttpRequest.newBuilder(uri).version(version).build(), HttpResponse.BodyHandlers.ofString());
                assertThat(response.version()).isEqualTo(version);
                assertThat(response.body()).as("X-Forwarded-Proto").isEqualTo("https");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void serverName_choosesTheCertificate(TlsEngine engine) throws Exception {
        Issued web = AUTHORITY.ecdsa("*.example.com", "example.com");
        Issued shop = AUTHORITY.ecdsa("shop.example.com");
        start(engine, TlsVersion.TLS_1_2, web.as("web"), shop.as("shop"));
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            assertThat(shown("shop.example.com", only(version))).isEqualTo(shop.certificate());
            assertThat(shown("www.example.com", only(version))).isEqualTo(web.certificate());
            assertThat(shown("elsewhere.test", only(version))).isEqualTo(web.certificate());
        }
        awaitCount(Handshake.COMPLETED, 6);
    }

    @ParameterizedTest
    @EnumSource
    void ecdsaAndRsa_goToThoseWhoCanVerifyThem(TlsEngine engine) throws Exception {
        TestAuthority authority = TestAuthority.ofRsa("Test CA of RSA");
        Issued rsa = authority.rsa("a.test");
        Issued ecdsa = authority.ecdsa("a.test");
        start(engine, TlsVersion.TLS_1_2, rsa.as("rsa"), ecdsa.as("ecdsa"));
        Tuning rsaOnly13 = parameters -> {
            parameters.setProtocols(new String[] {"TLSv1.3"});
            // The second is for the CA's signature of the certificate.
            parameters.setSignatureSchemes(new String[] {"rsa_pss_rsae_sha256", "rsa_pkcs1_sha256"});
        };
        Tuning rsaOnly12 = parameters -> {
            parameters.setProtocols(new String[] {"TLSv1.2"});
            parameters.setCipherSuites(new String[] {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"});
        };
        SSLContext context = authority.clientContext();
        assertThat(shown(context, "a.test", only("TLSv1.3"))).isEqualTo(ecdsa.certificate());
        assertThat(shown(context, "a.test", only("TLSv1.2"))).isEqualTo(ecdsa.certificate());
        assertThat(shown(context, "a.test", rsaOnly12)).isEqualTo(rsa.certificate());
        assertThat(shown(authority.clientContext(), "a.test", rsaOnly13)).isEqualTo(rsa.certificate());
    }

    @ParameterizedTest
    @EnumSource
    void request_isForwardedAsHttps_onBothVersions(TlsEngine engine) throws Exception {
        start(engine, TlsVersion.TLS_1_2, AUTHORITY.ecdsa("a.test").as("web"));
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            SSLSocket socket = connect(AUTHORITY.clientContext(), "a.test", parameters -> {
                parameters.setProtocols(new String[] {version});
                parameters.setApplicationProtocols(new String[] {"http/1.1"});
            });
            assertThat(get(socket)).startsWith("HTTP/1.1 200 OK\r\n").endsWith("https");
            assertThat(get(socket)).as("keep-alive").endsWith("https");
            assertThat(socket.getSession().getProtocol()).isEqualTo(version);
            assertThat(socket.getApplicationProtocol()).isEqualTo("http/1.1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void versionBelowTheLeast_isRefused_andCounted(TlsEngine engine) throws Exception {
        start(engine, TlsVersion.TLS_1_3, AUTHORITY.ecdsa("a.test").as("web"));
        assertThatThrownBy(() -> shown("a.test", only("TLSv1.2"))).isInstanceOf(SSLException.class);
        awaitCount(Handshake.NOTHING_IN_COMMON, 1);
        assertThat(shown("a.test", only("TLSv1.3"))).isNotNull();
    }

    @ParameterizedTest
    @EnumSource
    void clientThatDoesNotTrust_isCounted(TlsEngine engine) throws Exception {
        start(engine, TlsVersion.TLS_1_2, AUTHORITY.ecdsa("a.test").as("web"));
        SSLSocket socket = connect(new TestAuthority("Another CA").clientContext(), "a.test", only("TLSv1.2"));
        assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
        awaitCount(Handshake.REFUSED_BY_CLIENT, 1);
    }

    @ParameterizedTest
    @EnumSource
    void secondConnection_resumesTheSession(TlsEngine engine) throws Exception {
        start(engine, TlsVersion.TLS_1_2, AUTHORITY.ecdsa("a.test").as("web"));
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            CountingTrust trust = new CountingTrust(AUTHORITY.trust());
            SSLContext context = trust.context();
            for (int i = 0; i < 5; i++) {
                SSLSocket socket = connect(context, "a.test", only(version));
                // In TLS 1.3 the ticket comes after the handshake.
                assertThat(get(socket)).endsWith("https");
                socket.close();
            }
            assertThat(trust.checks())
                    .as("%s: certificates that were looked at", version)
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void plainHttp_isClosedWithoutAWord_andCounted(TlsEngine engine) throws Exception {
        start(engine, TlsVersion.TLS_1_2, AUTHORITY.ecdsa("a.test").as("web"));
        for (String garbage : List.of(
                "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\u0016\u0003\u0001\u0000\u0005hello", "\u0000".repeat(64))) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream().write(garbage.getBytes(StandardCharsets.ISO_8859_1));
                byte[] answer = readUntilEnd(socket);
                // Nothing, or an alert record of TLS.
                assertThat(answer.length == 0 || answer[0] == 21).isTrue();
            }
        }
        await().untilAsserted(
                        () -> assertThat(proxy.traffic.totals().handshakes().get(Handshake.NOT_TLS))
                                .isGreaterThanOrEqualTo(2));
        assertThat(shown("a.test", only("TLSv1.3"))).isNotNull();
    }

    private static byte[] readUntilEnd(Socket socket) throws IOException {
        try {
            return socket.getInputStream().readAllBytes();
        } catch (SocketException reset) {
            return new byte[0];
        }
    }

    @ParameterizedTest
    @EnumSource
    void slowHandshake_isCutInTime_andCounted(TlsEngine engine) throws Exception {
        start(engine, TlsVersion.TLS_1_2, AUTHORITY.ecdsa("a.test").as("web"));
        Timeouts usual = Timeouts.DEFAULT;
        Timeouts hasty = new Timeouts(
                usual.connect(), Duration.ofMillis(300), usual.request(), usual.idle(), usual.stream(), usual.queue());
        assertThat(apply(TlsVersion.TLS_1_2, hasty, AUTHORITY.ecdsa("a.test").as("web")))
                .isNull();
        for (String part : List.of("", "\u0016\u0003\u0001", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001")) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream().write(part.getBytes(StandardCharsets.ISO_8859_1));
                assertThat(readUntilEnd(socket)).isEmpty();
            }
        }
        awaitCount(Handshake.TIMED_OUT, 3);
    }

    @ParameterizedTest
    @EnumSource
    void clientThatLeaves_isCounted(TlsEngine engine) throws Exception {
        start(engine, TlsVersion.TLS_1_2, AUTHORITY.ecdsa("a.test").as("web"));
        new Socket(InetAddress.getLoopbackAddress(), port).close();
        awaitCount(Handshake.CLOSED, 1);
        await().untilAsserted(() -> assertThat(proxy.listeners.connections()).isZero());
    }

    @ParameterizedTest
    @EnumSource
    void certificateThatCannotBeHad_isLeftOut_andWithoutAnyTheSnapshotIsRefused(TlsEngine engine) throws Exception {
        Issued good = AUTHORITY.ecdsa("a.test");
        start(engine, TlsVersion.TLS_1_2, good.as("web"));
        Certificate garbage = new Certificate("garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n", good.keyPem());
        assertThat(apply(TlsVersion.TLS_1_2, Timeouts.DEFAULT, garbage))
                .isEqualTo("listener https: certificate garbage is no certificate in PEM");
        Certificate keyless = new Certificate("keyless", good.chain(), "nothing");
        assertThat(apply(TlsVersion.TLS_1_2, Timeouts.DEFAULT, keyless))
                .isEqualTo("listener https: certificate keyless holds no private key in PEM (expected: PKCS #8)");
        Certificate mixed =
                new Certificate("mixed", good.chain(), AUTHORITY.ecdsa("b.test").keyPem());
        assertThat(apply(TlsVersion.TLS_1_2, Timeouts.DEFAULT, mixed))
                .isEqualTo("listener https: certificate mixed has a key that does not belong to it");
        assertThat(apply(List.of("gone", "lost"), TlsVersion.TLS_1_2, Timeouts.DEFAULT, good.as("other")))
                .isEqualTo("listener https: certificate gone is missing in the snapshot;"
                        + " listener https: certificate lost is missing in the snapshot");
        assertThat(shown("a.test", only("TLSv1.3")))
                .as("the last good one goes on")
                .isEqualTo(good.certificate());

        Issued next = AUTHORITY.ecdsa("a.test");
        assertThat(apply(
                        List.of("gone", "garbage", "next"),
                        TlsVersion.TLS_1_2,
                        Timeouts.DEFAULT,
                        garbage,
                        next.as("next")))
                .isNull();
        assertThat(shown("a.test", only("TLSv1.3"))).isEqualTo(next.certificate());
    }

    @ParameterizedTest
    @EnumSource
    void newCertificate_isLiveForNewHandshakes_andLosesNoRequest(TlsEngine engine) throws Exception {
        Issued first = AUTHORITY.ecdsa("localhost");
        start(engine, TlsVersion.TLS_1_2, first.as("web"));
        SSLSocket old = connect(AUTHORITY.clientContext(), "localhost", only("TLSv1.3"));
        assertThat(get(old)).endsWith("https");

        AtomicBoolean going = new AtomicBoolean(true);
        AtomicInteger served = new AtomicInteger();
        List<String> failures = new CopyOnWriteArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 3; i++) {
                threads.execute(() -> keepAsking(going, served, failures));
            }
            for (int swap = 0; swap < 10; swap++) {
                int before = served.get();
                Issued next = AUTHORITY.ecdsa("localhost");
                assertThat(apply(TlsVersion.TLS_1_2, Timeouts.DEFAULT, next.as("web")))
                        .isNull();
                assertThat(shown("localhost", only("TLSv1.3"))).isEqualTo(next.certificate());
                await().until(() -> served.get() > before + 3 || !failures.isEmpty());
            }
            going.set(false);
        }
        assertThat(failures).isEmpty();
        assertThat(get(old)).as("a connection from before all swaps").endsWith("https");
        assertThat(proxy.traffic.totals().handshakes()).containsEntry(Handshake.FAILED, 0L);
    }

    /** On a kept connection and on a new one, in turn. */
    private void keepAsking(AtomicBoolean going, AtomicInteger served, List<String> failures) {
        SSLContext context = AUTHORITY.clientContext();
        try (HttpClient kept = client(context)) {
            while (going.get()) {
                ask(kept, served, failures);
                try (HttpClient fresh = client(context)) {
                    ask(fresh, served, failures);
                }
            }
        } catch (Exception failed) {
            failures.add(failed.toString());
        }
    }

    private static HttpClient client(SSLContext context) {
        return HttpClient.newBuilder()
                .sslContext(context)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    private void ask(HttpClient client, AtomicInteger served, List<String> failures) throws Exception {
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200 || !response.body().equals("https")) {
            failures.add(response.statusCode() + " " + response.body());
        }
        served.incrementAndGet();
    }

    @ParameterizedTest
    @EnumSource
    void refusedRequest_isAnswered_andTheEndIsInOrder(TlsEngine engine) throws Exception {
        start(engine, TlsVersion.TLS_1_2, AUTHORITY.ecdsa("a.test").as("web"));
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            SSLSocket socket = connect(AUTHORITY.clientContext(), "a.test", only(version));
            socket.getOutputStream().write("GET /\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            // Without a close_notify this would end in an exception.
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    @ParameterizedTest
    @EnumSource
    void responseThatIsCut_doesNotEndInOrder(TlsEngine engine) throws Exception {
        start(engine, TlsVersion.TLS_1_2, AUTHORITY.ecdsa("a.test").as("web"));
        try (ServerSocket cutting = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            proxy.publish(cutting.getLocalPort());
            SSLSocket socket = connect(AUTHORITY.clientContext(), "a.test", only("TLSv1.3"));
            socket.getOutputStream().write("GET / HTTP/1.0\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            try (Socket served = cutting.accept()) {
                assertThat(served.getInputStream().read()).isPositive();
                served.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                served.getOutputStream().flush();
                byte[] head = socket.getInputStream().readNBytes(20);
                assertThat(new String(head, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 200");
            }
            assertThatThrownBy(() -> socket.getInputStream().readAllBytes()).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void largeBodies_passInBothDirections(TlsEngine engine) throws Exception {
        start(engine, TlsVersion.TLS_1_2, AUTHORITY.ecdsa("localhost").as("web"));
        byte[] sent = new byte[3_000_000];
        new java.util.Random(7).nextBytes(sent);
        backend.createContext("/echo", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        try (HttpClient client = client(AUTHORITY.clientContext())) {
            HttpResponse<byte[]> response = client.send(
                    HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/echo"))
                            .POST(HttpRequest.BodyPublishers.ofByteArray(sent))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(response.body()).isEqualTo(sent);
        }
    }
}
