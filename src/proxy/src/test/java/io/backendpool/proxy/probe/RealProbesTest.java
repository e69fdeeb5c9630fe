package io.backendpool.proxy.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendGroup.Protocol;
import io.backendpool.pool.BackendGroup.ProxyProtocol;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.HealthCheck.Agent;
import io.backendpool.pool.HealthCheck.BodyMatch;
import io.backendpool.pool.HealthCheck.GrpcProbe;
import io.backendpool.pool.HealthCheck.Header;
import io.backendpool.pool.HealthCheck.HttpProbe;
import io.backendpool.pool.HealthCheck.HttpProbe.Method;
import io.backendpool.pool.HealthCheck.Probe;
import io.backendpool.pool.HealthCheck.TcpProbe;
import io.backendpool.pool.HealthCheck.TlsProbe;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.StatusRange;
import io.backendpool.pool.UpstreamTls;
import io.backendpool.proxy.tls.BackendTls;
import io.backendpool.proxy.tls.TestAuthority;
import io.backendpool.proxy.tls.TlsEngine;
import io.backendpool.proxy.warmup.FreePorts;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of probe against real servers on loopback. */
final class RealProbesTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("Backends' CA");
    private static final List<StatusRange> OKS = List.of(new StatusRange(200, 299));
    private static final ProbeResult SUCCEEDED = new ProbeResult.Succeeded();
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ProbeClient client = new ProbeClient(loops.next(), NioSocketChannel::new);
    private final Vertx vertx = Vertx.vertx();
    private final List<AutoCloseable> servers = new ArrayList<>();
    private final BlockingQueue<HttpServerRequest> requests = new LinkedBlockingQueue<>();
    private final HealthStatusManager health = new HealthStatusManager();
    private Duration timeout = PATIENT;
    private @Nullable Integer checkPort;

    @AfterEach
    void stopAll() throws Exception {
        for (AutoCloseable server : servers) {
            server.close();
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
    }

    private interface Script {
        void run(Socket connection) throws Exception;
    }

    /** A server that does with each connection what {@code script} says, and then closes it. */
    private int scripted(Script script) throws Exception {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        servers.add(server);
        Thread.startVirtualThread(() -> {
            while (!server.isClosed()) {
                try {
                    Socket connection = server.accept();
                    Thread.startVirtualThread(() -> {
                        try (connection) {
                            script.run(connection);
                        } catch (Exception end) {
                            // The prober hung up.
                        }
                    });
                } catch (java.io.IOException end) {
                    return;
                }
            }
        });
        return server.getLocalPort();
    }

    private static Script saying(String line) {
        return connection -> {
            connection.getOutputStream().write(line.getBytes(StandardCharsets.ISO_8859_1));
            connection.shutdownOutput();
            connection.getInputStream().readAllBytes();
        };
    }

    private int httpServer(Protocol protocol) throws Exception {
        HttpServerOptions options = new HttpServerOptions().setHost("127.0.0.1").setPort(0);
        if (protocol.isTls()) {
            TestAuthority.Issued issued = AUTHORITY.ecdsa("web.internal");
            options.setSsl(true)
                    .setUseAlpn(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertValue(Buffer.buffer(issued.chain()))
                            .addKeyValue(Buffer.buffer(issued.keyPem())));
        }
        return vertx.createHttpServer(options)
                .requestHandler(request -> {
                    requests.add(request);
                    request.response()
                            .setChunked(true)
                            .setStatusCode(request.path().equals("/down") ? 503 : 200)
                            .end("status: ok, " + "x".repeat(200_000));
                })
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .actualPort();
    }

    private int grpcServer(TestAuthority.@Nullable Issued issued, boolean healthService) throws Exception {
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        if (issued != null) {
            builder.sslContext(GrpcSslContexts.forServer(
                            new java.io.ByteArrayInputStream(issued.chain().getBytes(StandardCharsets.US_ASCII)),
                            new java.io.ByteArrayInputStream(issued.keyPem().getBytes(StandardCharsets.US_ASCII)))
                    .build());
        }
        if (healthService) {
            builder.addService(health.getHealthService());
        }
        Server server = builder.build().start();
        servers.add(server::shutdownNow);
        return server.getPort();
    }

    private static BackendGroup group(Protocol protocol, ProxyProtocol header) {
        UpstreamTls tls = protocol.isTls() ? new UpstreamTls("web.internal", AUTHORITY.pem(), false) : null;
        return new BackendGroup("web", 100, protocol, tls, header, List.of());
    }

    private HealthCheck check(Probe probe, @Nullable Agent agent) {
        Duration interval = timeout.plusSeconds(1);
        return new HealthCheck(probe, checkPort, interval, interval, timeout, 0, 1, 1, agent);
    }

    private ProbeResult probe(Probe probe, Protocol protocol, int port) throws Exception {
        return probe(probe, group(protocol, ProxyProtocol.NONE), port);
    }

    private ProbeResult probe(Probe probe, BackendGroup group, int port) throws Exception {
        HealthCheck check = check(probe, null);
        assertThat(ProbePlan.refusal(check)).isNull();
        PoolSnapshot snapshot = new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(new Listener("http", 80, Listener.Protocol.HTTP)),
                List.of(group),
                List.of(),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                check);
        Map<String, BackendTls> tls = BackendTls.compile(snapshot, Map.of(), TlsEngine.best());
        ProbePlan plan = ProbePlan.of(check, List.of(group), tls, ProbePlan.NONE);
        ProbePlan.Way way = Objects.requireNonNull(plan.way("web"));
        return ask(plan.probe(new BackendKey("web", "127.0.0.1", port), way));
    }

    /** The result, after all of the connection is over. */
    private <R> R ask(Inquiry<R> inquiry) throws Exception {
        CompletableFuture<R> told = new CompletableFuture<>();
        CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
        loops.next().execute(() -> client.ask(inquiry, told::complete, () -> ended.complete(null)));
        ended.get(30, TimeUnit.SECONDS);
        return told.get(0, TimeUnit.SECONDS);
    }

    private AgentReport agent(int port) throws Exception {
        return ask(ProbePlan.agent(
                new BackendKey("web", "127.0.0.1", 1), new Agent(port, timeout.plusSeconds(1), timeout)));
    }

    private static HttpProbe http(String path, @Nullable BodyMatch body) {
        return new HttpProbe(Method.GET, path, "shop.example", List.of(new Header("x-probe", "1")), OKS, body);
    }

    private static BodyMatch contains(String text) {
        return new BodyMatch(BodyMatch.Kind.CONTAINS, text, 1_000);
    }

    private static ProbeResult failed(String cause) {
        return new ProbeResult.Failed(cause);
    }

    @ParameterizedTest
    @EnumSource
    void http_isAskedInWhatTheGroupSpeaks(Protocol protocol) throws Exception {
        int port = httpServer(protocol);
        assertThat(probe(http("/up?full=1", null), protocol, port)).isEqualTo(SUCCEEDED);
        HttpServerRequest request = requests.take();
        assertThat(request.version().name()).isEqualTo(protocol.isHttp2() ? "HTTP_2" : "HTTP_1_1");
        assertThat(request.uri()).isEqualTo("/up?full=1");
        assertThat(request.authority()).hasToString("shop.example");
        assertThat(request.getHeader("x-probe")).isEqualTo("1");
        assertThat(request.getHeader("user-agent")).isEqualTo("backendpool-probe");

        assertThat(probe(http("/down", null), protocol, port)).isEqualTo(failed("HTTP 503"));
        assertThat(probe(http("/", contains("status: ok")), protocol, port)).isEqualTo(SUCCEEDED);
        assertThat(probe(http("/", contains("no such")), protocol, port))
                .isEqualTo(failed("first 1000 bytes of the body do not contain \"no such\""));
        HttpProbe head = new HttpProbe(Method.HEAD, "/", null, List.of(), OKS, null);
        assertThat(probe(head, protocol, port)).isEqualTo(SUCCEEDED);
        HttpProbe post = new HttpProbe(Method.POST, "/", null, List.of(), OKS, null);
        assertThat(probe(post, protocol, port)).isEqualTo(SUCCEEDED);
    }

    @Test
    void http2_ofABackendThatSpeaksNone_saysSo() throws Exception {
        assertThat(probe(http("/", null), Protocol.H2C, scripted(saying("HTTP/1.1 400 Bad Request\r\n\r\n"))))
                .isEqualTo(failed("not an HTTP/2 answer"));
        assertThat(probe(http("/", null), Protocol.H2C, scripted(Socket::close)))
                .isIn(failed("connection closed without an answer"), failed("connection reset"));
        int http1Only = scripted(connection -> {
            var tls = AUTHORITY.ecdsa("web.internal").serverContext().getSocketFactory();
            try (Socket secured = tls.createSocket(connection, null, true)) {
                secured.getInputStream().read();
            }
        });
        assertThat(probe(http("/", null), Protocol.H2, http1Only))
                .isEqualTo(failed("TLS: the backend does not offer HTTP/2 (expected: h2 by ALPN)"));
    }

    @Test
    void hangingBackend_isATimeout_whateverIsAsked() throws Exception {
        timeout = Duration.ofMillis(100);
        int port = scripted(connection -> connection.getInputStream().readAllBytes());
        ProbeResult late = failed("timeout after 100ms");
        assertThat(probe(http("/", null), Protocol.HTTP, port)).isEqualTo(late);
        assertThat(probe(http("/", null), Protocol.H2C, port)).isEqualTo(late);
        assertThat(probe(new GrpcProbe("", null), Protocol.H2C, port)).isEqualTo(late);
        assertThat(probe(new TlsProbe(), Protocol.HTTPS, port)).isEqualTo(late);
        assertThat(probe(new TcpProbe(null, "x"), Protocol.HTTP, port)).isEqualTo(late);
        assertThat(agent(port)).isEqualTo(new AgentReport.Silent("timeout after 100ms"));
    }

    @ParameterizedTest
    @EnumSource(names = {"H2C", "H2"})
    void grpc_isServing_orSaysWhatItIs(Protocol protocol) throws Exception {
        int port = grpcServer(protocol.isTls() ? AUTHORITY.ecdsa("web.internal") : null, true);
        health.setStatus("shop.Cart", ServingStatus.NOT_SERVING);
        GrpcProbe cart = new GrpcProbe("shop.Cart", "shop.example");
        assertThat(probe(new GrpcProbe("", null), protocol, port)).isEqualTo(SUCCEEDED);
        assertThat(probe(cart, protocol, port)).isEqualTo(failed("grpc NOT_SERVING"));
        health.setStatus("shop.Cart", ServingStatus.SERVING);
        assertThat(probe(cart, protocol, port)).isEqualTo(SUCCEEDED);
        health.setStatus("shop.Cart", ServingStatus.UNKNOWN);
        assertThat(probe(cart, protocol, port)).isEqualTo(failed("grpc UNKNOWN"));
        assertThat(probe(new GrpcProbe("shop.Nothing", null), protocol, port))
                .isEqualTo(failed("grpc NOT_FOUND: no service \"shop.Nothing\" of which it knows"));
    }

    @Test
    void grpc_longName_isWrittenWhole() throws Exception {
        String name = "shop." + "Long".repeat(100);
        int port = grpcServer(null, true);
        health.setStatus(name, ServingStatus.SERVING);
        assertThat(probe(new GrpcProbe(name, null), Protocol.H2C, port)).isEqualTo(SUCCEEDED);
    }

    @Test
    void grpc_ofAServerWithoutTheService_orOfNoGrpcServer_saysSo() throws Exception {
        assertThat(probe(new GrpcProbe("", null), Protocol.H2C, grpcServer(null, false)))
                .isEqualTo(failed("grpc UNIMPLEMENTED (expected: the service grpc.health.v1.Health)"));
        assertThat(probe(new GrpcProbe("", null), Protocol.H2C, httpServer(Protocol.H2C)))
                .isEqualTo(failed("not a gRPC answer"));
    }

    @Test
    void tcp_connectsOnly_orSaysAndHears() throws Exception {
        int redis = scripted(connection -> {
            if (new String(connection.getInputStream().readNBytes(6), StandardCharsets.US_ASCII).equals("PING\r\n")) {
                // In two parts.
                connection.getOutputStream().write("+PO".getBytes(StandardCharsets.US_ASCII));
                connection.getOutputStream().write("NG\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            connection.getInputStream().read();
        });
        assertThat(probe(new TcpProbe(), Protocol.HTTP, redis)).isEqualTo(SUCCEEDED);
        assertThat(probe(new TcpProbe("PING\\r\\n", null), Protocol.HTTP, redis))
                .isEqualTo(SUCCEEDED);
        assertThat(probe(new TcpProbe("PING\\r\\n", "+PONG\\r\\n"), Protocol.HTTP, redis))
                .isEqualTo(SUCCEEDED);
        assertThat(probe(new TcpProbe("PING\\x0d\\x0a", "+OK"), Protocol.HTTP, redis))
                .isEqualTo(failed("answered \"+PO\" (expected: \"+OK\")"));
        assertThat(probe(new TcpProbe(null, "220 "), Protocol.HTTP, scripted(saying("22"))))
                .isEqualTo(failed("answered \"22\" (expected: \"220 \")"));
        assertThat(probe(new TcpProbe(null, "220 "), Protocol.HTTP, scripted(saying(""))))
                .isEqualTo(failed("connection closed without an answer"));
        assertThat(probe(new TcpProbe(), Protocol.HTTP, FreePorts.next())).isEqualTo(failed("connection refused"));
    }

    @Test
    void tcp_ofAGroupOfTls_speaksInIt() throws Exception {
        int port = scripted(connection -> {
            var tls = AUTHORITY.ecdsa("web.internal").serverContext().getSocketFactory();
            try (Socket secured = tls.createSocket(connection, null, true)) {
                secured.getOutputStream().write("220 ready\r\n".getBytes(StandardCharsets.US_ASCII));
                secured.getInputStream().read();
            }
        });
        assertThat(probe(new TcpProbe(null, "220 "), Protocol.HTTPS, port)).isEqualTo(SUCCEEDED);
    }

    @Test
    void tls_isAHandshake_verifiedWhereTheGroupSaysHow() throws Exception {
        int good = grpcServer(AUTHORITY.ecdsa("web.internal"), false);
        int expired = grpcServer(AUTHORITY.expired("web.internal"), false);
        int another = grpcServer(AUTHORITY.ecdsa("other.internal"), false);
        assertThat(probe(new TlsProbe(), Protocol.H2, good)).isEqualTo(SUCCEEDED);
        assertThat(probe(new TlsProbe(), Protocol.H2, expired))
                .isEqualTo(failed("TLS: certificate expired at 2021-01-01T00:00:00Z"));
        assertThat(probe(new TlsProbe(), Protocol.H2, another))
                .isEqualTo(failed("TLS: certificate is for other.internal (expected: web.internal)"));
        assertThat(probe(new TlsProbe(), Protocol.H2, scripted(saying("SSH-2.0-x\r\n"))))
                .isEqualTo(failed("TLS: what came is no TLS"));
        // TLS that is passed through: whose certificate it is is the clients' matter.
        assertThat(probe(new TlsProbe(), Protocol.HTTP, httpServer(Protocol.HTTPS)))
                .isEqualTo(SUCCEEDED);
        assertThat(probe(new TlsProbe(), Protocol.HTTP, scripted(saying("SSH-2.0-x\r\n"))))
                .isEqualTo(failed("TLS: what came is no TLS"));
    }

    @Test
    void proxyHeader_isOfNoClient_andOnlyWhereClientsAreToldOf() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        int port = scripted(connection -> {
            heard.add(new String(connection.getInputStream().readNBytes(16), StandardCharsets.ISO_8859_1));
            connection.getOutputStream().write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        });
        HttpProbe probe = http("/", null);
        assertThat(probe(probe, group(Protocol.HTTP, ProxyProtocol.V1), port)).isEqualTo(SUCCEEDED);
        assertThat(heard.take()).isEqualTo("PROXY UNKNOWN\r\nG");
        assertThat(probe(probe, group(Protocol.HTTP, ProxyProtocol.V2), port)).isEqualTo(SUCCEEDED);
        // LOCAL, of no family, without addresses.
        assertThat(heard.take()).isEqualTo("\r\n\r\n\0\r\nQUIT\n \0\0\0");
        checkPort = port;
        assertThat(probe(probe, group(Protocol.HTTP, ProxyProtocol.V2), 1)).isEqualTo(SUCCEEDED);
        assertThat(heard.take()).startsWith("GET / HTTP/1.1");
    }

    @Test
    void agent_saysALine_howeverItEnds() throws Exception {
        for (String end : List.of("\n", "\r\n", "\n50%\n", "")) {
            assertThat(agent(scripted(saying("75% up # disk 80%" + end))))
                    .isEqualTo(new AgentReport.Said("75% up # disk 80%"));
        }
        assertThat(agent(scripted(saying("\n")))).isEqualTo(new AgentReport.Said(""));
        assertThat(agent(scripted(saying("x".repeat(5_000)))))
                .isInstanceOfSatisfying(
                        AgentReport.Said.class, said -> assertThat(said.line()).hasSize(512));
    }

    @Test
    void agent_thatSaysNothing_orIsNotThere_isSilent() throws Exception {
        assertThat(agent(scripted(saying(""))))
                .isEqualTo(new AgentReport.Silent("connection closed without an answer"));
        assertThat(agent(FreePorts.next())).isEqualTo(new AgentReport.Silent("connection refused"));
    }

    @Test
    void closedClient_leavesNothingOpen_andTellsNobody() throws Exception {
        BlockingQueue<Integer> open = new LinkedBlockingQueue<>();
        BlockingQueue<Integer> closed = new LinkedBlockingQueue<>();
        int port = scripted(connection -> {
            open.add(1);
            connection.getInputStream().readAllBytes();
            closed.add(1);
        });
        Inquiry<AgentReport> inquiry = ProbePlan.agent(
                new BackendKey("web", "127.0.0.1", 1), new Agent(port, PATIENT.plusSeconds(1), PATIENT));
        CompletableFuture<AgentReport> told = new CompletableFuture<>();
        CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
        loops.next().execute(() -> client.ask(inquiry, told::complete, () -> ended.complete(null)));
        open.take();
        loops.next().execute(client::close);
        ended.get(10, TimeUnit.SECONDS);
        await().until(() -> !closed.isEmpty());
        assertThat(told).isNotDone();
    }
}
