package io.backendpool.proxy.probe;

import com.sun.management.ThreadMXBean;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendGroup.Protocol;
import io.backendpool.pool.BackendGroup.ProxyProtocol;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.HealthCheck.BodyMatch;
import io.backendpool.pool.HealthCheck.GrpcProbe;
import io.backendpool.pool.HealthCheck.HttpProbe;
import io.backendpool.pool.HealthCheck.Probe;
import io.backendpool.pool.HealthCheck.TcpProbe;
import io.backendpool.pool.HealthCheck.TlsProbe;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.StatusRange;
import io.backendpool.pool.UpstreamTls;
import io.backendpool.proxy.tls.TestAuthority;
import io.backendpool.proxy.upstream.PoolHolder;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * What the probes of a large pool cost: CPU and garbage of the monitor's thread, printed for each kind. No test: run by
 * hand, arguments: backends, seconds to measure each kind for.
 */
final class ProbeCost {
    private static final TestAuthority AUTHORITY = new TestAuthority("CA");
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private ProbeCost() {}

    private record Kind(String name, Probe probe, Protocol protocol, int port) {}

    public static void main(String[] arguments) throws Exception {
        int backends = Integer.parseInt(arguments[0]);
        int seconds = Integer.parseInt(arguments[1]);
        Vertx servers = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        int plain = httpServer(servers, false);
        int secured = httpServer(servers, true);
        Server grpc = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
                .addService(new HealthStatusManager().getHealthService())
                .build()
                .start();
        List<StatusRange> oks = List.of(new StatusRange(200, 299));
        HttpProbe http = new HttpProbe("/", null, oks);
        HttpProbe body = new HttpProbe(
                HttpProbe.Method.GET,
                "/",
                null,
                List.of(),
                oks,
                new BodyMatch(BodyMatch.Kind.MATCHES, "status:\\s*(ok|up)", BodyMatch.DEFAULT_LIMIT));
        for (Kind kind : List.of(
                new Kind("tcp", new TcpProbe(), Protocol.HTTP, plain),
                new Kind("http", http, Protocol.HTTP, plain),
                new Kind("http, body by expression", body, Protocol.HTTP, plain),
                new Kind("http over h2c", http, Protocol.H2C, plain),
                new Kind("grpc over h2c", new GrpcProbe("", null), Protocol.H2C, grpc.getPort()),
                new Kind("tls handshake", new TlsProbe(), Protocol.HTTPS, secured),
                new Kind("http over TLS", http, Protocol.HTTPS, secured))) {
            measure(kind, backends, seconds);
        }
        grpc.shutdownNow();
        servers.close().toCompletionStage().toCompletableFuture().join();
    }

    private static int httpServer(Vertx servers, boolean tls) {
        HttpServerOptions options =
                new HttpServerOptions().setHost("127.0.0.1").setPort(0).setAcceptBacklog(4096);
        if (tls) {
            TestAuthority.Issued issued = AUTHORITY.ecdsa("web.internal");
            options.setSsl(true)
                    .setUseAlpn(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertValue(Buffer.buffer(issued.chain()))
                            .addKeyValue(Buffer.buffer(issued.keyPem())));
        }
        return servers.createHttpServer(options)
                .requestHandler(request -> request.response().end("status: ok"))
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
    }

    private static void measure(Kind kind, int backends, int seconds) throws Exception {
        Vertx side = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
        CompletableFuture<Long> thread = new CompletableFuture<>();
        side.runOnContext(ignored -> thread.complete(Thread.currentThread().threadId()));
        PoolHolder pools = new PoolHolder();
        HealthMonitor monitor = new HealthMonitor(side, pools, InstantSource.system(), System::nanoTime, new Random());
        monitor.apply(new PublishedPool(new Revision(1, "sha256:00"), pool(kind, backends)), false)
                .toCompletableFuture()
                .join();
        Thread.sleep(2 * INTERVAL.toMillis());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = thread.join();
        long cpu = threads.getThreadCpuTime(id);
        long bytes = threads.getThreadAllocatedBytes(id);
        long succeeded = monitor.probesSucceeded();
        long failed = monitor.probesFailed();
        Thread.sleep(Duration.ofSeconds(seconds));
        double spent = threads.getThreadCpuTime(id) - cpu;
        double garbage = threads.getThreadAllocatedBytes(id) - bytes;
        succeeded = monitor.probesSucceeded() - succeeded;
        failed = monitor.probesFailed() - failed;
        System.out.printf(
                "%-26s %6d backends, every %ds: %6.0f probes/s (%d failed), %5.1f us and %6.0f bytes each, %4.1f %% of a core%n",
                kind.name(),
                backends,
                INTERVAL.toSeconds(),
                (succeeded + failed) / (double) seconds,
                failed,
                spent / 1_000 / (succeeded + failed),
                garbage / (succeeded + failed),
                spent / seconds / 10_000_000.0);
        monitor.close().toCompletableFuture().join();
        side.close().toCompletionStage().toCompletableFuture().join();
    }

    /** All backends are one server: the check's own port. */
    private static PoolSnapshot pool(Kind kind, int backends) {
        UpstreamTls tls = kind.protocol().isTls() ? new UpstreamTls("web.internal", AUTHORITY.pem(), false) : null;
        return new PoolSnapshot(
                new PoolId("shop", "web"),
                List.of(new Listener("http", 8080, Listener.Protocol.HTTP)),
                List.of(new BackendGroup("web", 100, kind.protocol(), tls, ProxyProtocol.NONE, List.of())),
                IntStream.rangeClosed(1, backends)
                        .mapToObj(
                                i -> new Backend(new BackendKey("web", "127.0.0.1", i), EndpointConditions.READY, null))
                        .toList(),
                new LoadBalancing(LoadBalancing.Policy.ROUND_ROBIN),
                new HealthCheck(kind.probe(), kind.port(), INTERVAL, Duration.ofSeconds(1), 2, 3));
    }
}
