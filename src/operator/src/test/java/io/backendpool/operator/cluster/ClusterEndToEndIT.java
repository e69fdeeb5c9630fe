package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The built operator and proxies as processes, against a real API server. Backends listen on an address of this host that
 * is not loopback, because the API server takes no other for an endpoint.
 */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class ClusterEndToEndIT {
    private static final Duration SOON = Duration.ofSeconds(45);

    @TempDir
    private Path directory = Path.of("");

    private final TestNamespace namespace = new TestNamespace();
    private final List<Process> operators = new ArrayList<>();
    private final Map<String, HttpServer> backends = new HashMap<>();
    private @Nullable Kubelet kubelet;
    private String host = "";
    private int controlPort;
    private int listenerPort;

    @BeforeEach
    void prepare() throws IOException {
        Assumptions.assumeTrue(namespace.server.kind().isReal(), "needs the real API server's tokens");
        Assumptions.assumeTrue(!namespace.server.kind().hasNodes(), "nodes run the pods there");
        Assumptions.assumeTrue(Programs.missing().isEmpty(), Programs.missing());
        host = notLoopback();
        Assumptions.assumeTrue(!host.isEmpty(), "this host has no address but loopback");
        controlPort = free();
        listenerPort = free();
        kubelet = new Kubelet(namespace.client, namespace.name, directory);
    }

    @AfterEach
    void stop() throws IOException {
        if (kubelet != null) {
            kubelet.close();
        }
        operators.forEach(Programs::end);
        backends.values().forEach(server -> server.stop(0));
        Path kept = Files.createDirectories(Path.of("target", "cluster-e2e"));
        try (var logs = Files.list(directory)) {
            for (Path log :
                    logs.filter(file -> file.toString().endsWith(".log")).toList()) {
                Files.copy(log, kept.resolve(log.getFileName()), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
        }
        namespace.close();
    }

    @Test
    void pool_fromApplyToALostOperator_losesNoRequestAndTellsTheTruth() throws Exception {
        Kubelet nodes = Objects.requireNonNull(kubelet);
        long applied = System.nanoTime();
        int operatorAdmin = operator("one");
        namespace.service("web", 80, 8080);
        for (int i = 1; i <= 3; i++) {
            endpoint(i);
        }
        int legacy = backend("legacy");
        namespace.pool("shop", """
                {listeners: [{name: http, port: %d, protocol: HTTP}],
                 backends: [{name: stable, service: {name: web, port: 80}, weight: 100},
                            {name: legacy, addresses: ["%s:%d"], weight: 0}]}""".formatted(listenerPort, host, legacy));
        // The Secret holds the last known good pool a moment after the first revision.
        await().atMost(SOON).until(() -> {
            var secret = namespace
                    .client
                    .secrets()
                    .inNamespace(namespace.name)
                    .withName("shop-backendpool-bootstrap")
                    .get();
            return secret != null && secret.getData().containsKey("last-known-good.gz");
        });
        InetSocketAddress first = run(nodes, "127.0.0.2");
        InetSocketAddress second = run(nodes, "127.0.0.3");
        await().atMost(SOON).ignoreExceptions().until(() -> Traffic.once(first).startsWith("200 web-"));
        await().atMost(SOON).ignoreExceptions().until(() -> Traffic.once(second).startsWith("200 web-"));
        System.out.printf("cluster e2e: operator start to first 200 of both proxies %d ms%n", millisSince(applied));
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(condition("Ready").getStatus()).isEqualTo("True");
            assertThat(condition("Programmed").getStatus()).isEqualTo("True");
            assertThat(Objects.requireNonNull(status().proxies).syncedRatio).isEqualTo("2/2");
            assertThat(Objects.requireNonNull(status().summary).ratio).isEqualTo("4/4");
        });

        try (Traffic traffic = Traffic.start(List.of(first, second))) {
            // Weight edit: half of the requests go to the other group.
            namespace
                    .client
                    .resources(BackendPool.class)
                    .inNamespace(namespace.name)
                    .withName("shop")
                    .edit(pool -> {
                        Objects.requireNonNull(pool.getSpec().backends).get(1).weight = 100;
                        return pool;
                    });
            synced(2);
            traffic.countAnew();
            long mark = traffic.succeeded();
            await().atMost(SOON).until(() -> traffic.succeeded() > mark + 600);
            double share = (double) traffic.of("legacy") / (traffic.succeeded() - mark);
            assertThat(share).isBetween(0.4, 0.6);
            namespace
                    .client
                    .resources(BackendPool.class)
                    .inNamespace(namespace.name)
                    .withName("shop")
                    .edit(pool -> {
                        Objects.requireNonNull(pool.getSpec().backends).get(1).weight = 0;
                        return pool;
                    });

            // 3 to 30 to 1.
            long scaled = System.nanoTime();
            for (int i = 4; i <= 30; i++) {
                endpoint(i);
            }
            await().atMost(SOON).untilAsserted(() -> assertThat(Objects.requireNonNull(status().summary).total)
                    .isEqualTo(31));
            synced(2);
            traffic.countAnew();
            await().atMost(SOON).until(() -> traffic.backendsSeen() == 30);
            for (int i = 2; i <= 30; i++) {
                terminating(i);
            }
            synced(2);
            for (int i = 2; i <= 30; i++) {
                gone(i);
            }
            await().atMost(SOON).untilAsserted(() -> assertThat(Objects.requireNonNull(status().summary).total)
                    .isEqualTo(2));
            synced(2);
            for (int i = 2; i <= 30; i++) {
                Objects.requireNonNull(backends.remove("web-" + i)).stop(0);
            }
            System.out.printf("cluster e2e: 3 to 30 to 1 endpoints in %d ms%n", millisSince(scaled));
            assertThat(traffic.failures()).as("after scaling").isEmpty();

            // The operator is killed; endpoints change while it is away; a new proxy starts from the Secret.
            long revision = Objects.requireNonNull(status().revision);
            awaitSecretOf(revision);
            operators.getFirst().destroyForcibly().waitFor();
            long killed = System.nanoTime();
            endpoint(31);
            InetSocketAddress third = run(nodes, "127.0.0.4");
            await().atMost(SOON).ignoreExceptions().until(() -> Traffic.once(third)
                    .startsWith("200 web-"));
            assertThat(traffic.failures()).as("while no operator is there").isEmpty();
            operator("two");
            await().atMost(SOON).untilAsserted(() -> assertThat(Objects.requireNonNull(status().summary).total)
                    .isEqualTo(3));
            synced(3);
            System.out.printf(
                    "cluster e2e: operator killed, another leads and all are synced after %d ms%n",
                    millisSince(killed));
            assertThat(Objects.requireNonNull(status().revision)).isGreaterThan(revision);
            traffic.countAnew();
            await().atMost(SOON).until(() -> traffic.of("web-31") > 0);
            assertThat(traffic.failures()).as("at the end").isEmpty();
            assertThat(traffic.succeeded()).isGreaterThan(1_000);
            System.out.printf(
                    "cluster e2e: %d requests, %d failed%n",
                    traffic.succeeded(), traffic.failures().size());
        }
        assertThat(operatorAdmin).isPositive();
    }

    private int operator(String identity) throws IOException {
        int admin = free();
        Map<String, String> environment = new HashMap<>();
        environment.put(
                "KUBECONFIG",
                namespace.server.writeKubeconfig(directory).orElseThrow().toString());
        operators.add(Programs.start(
                Programs.OPERATOR,
                List.of(
                        "operate",
                        "--watch-namespaces=" + namespace.name,
                        "--namespace=" + namespace.name,
                        "--identity=" + identity,
                        "--bind=127.0.0.1",
                        "--control-port=" + controlPort,
                        "--control-name=127.0.0.1",
                        "--admin-port=" + admin),
                environment,
                directory.resolve("operator-" + identity + ".log")));
        await("operator " + identity + " leads")
                .atMost(SOON)
                .ignoreExceptions()
                .until(() -> get(admin, "/ready").equals("ready\n")
                        && get(admin, "/metrics").contains("\nbackendpool_leader 1.0"));
        return admin;
    }

    private static String get(int port, String path) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private InetSocketAddress run(Kubelet nodes, String ip) throws IOException {
        nodes.run("shop-backendpool", ip);
        return new InetSocketAddress(ip, listenerPort);
    }

    private int backend(String name) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(host, 0), 512);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            byte[] body = name.getBytes(StandardCharsets.UTF_8);
            try (exchange) {
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        backends.put(name, server);
        return server.getAddress().getPort();
    }

    /** One more pod of the Service, as the endpoint controller writes it. Its port is its own, so its slice is, too. */
    private void endpoint(int number) throws IOException {
        namespace.endpoints("web", "web-" + number, backend("web-" + number), List.of(host));
    }

    private void terminating(int number) {
        namespace
                .client
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace.name)
                .withName("web-" + number)
                .edit(slice -> {
                    var conditions = slice.getEndpoints().getFirst().getConditions();
                    conditions.setReady(false);
                    conditions.setServing(true);
                    conditions.setTerminating(true);
                    return slice;
                });
    }

    private void gone(int number) {
        EndpointSlice slice = namespace
                .client
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace.name)
                .withName("web-" + number)
                .get();
        namespace.client.resource(slice).delete();
    }

    /** Until the newest revision runs on so many proxies, and has done so for a second. */
    private void synced(int proxies) {
        await().atMost(SOON).during(Duration.ofSeconds(1)).until(() -> {
            BackendPoolStatus status = status();
            return Objects.equals(Objects.requireNonNull(status.proxies).synced, proxies)
                    && Objects.equals(status.observedGeneration, generation());
        });
    }

    private Long generation() {
        return namespace
                .client
                .resources(BackendPool.class)
                .inNamespace(namespace.name)
                .withName("shop")
                .get()
                .getMetadata()
                .getGeneration();
    }

    private void awaitSecretOf(long revision) {
        await().atMost(SOON).until(() -> String.valueOf(revision)
                .equals(namespace
                        .client
                        .secrets()
                        .inNamespace(namespace.name)
                        .withName("shop-backendpool-bootstrap")
                        .get()
                        .getMetadata()
                        .getAnnotations()
                        .get("backendpool.io/revision")));
    }

    private BackendPoolStatus status() {
        BackendPoolStatus status = namespace
                .client
                .resources(BackendPool.class)
                .inNamespace(namespace.name)
                .withName("shop")
                .get()
                .getStatus();
        assertThat(status).isNotNull();
        return status;
    }

    private Condition condition(String type) {
        return Objects.requireNonNull(status().conditions).stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    private static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String notLoopback() throws IOException {
        for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
            for (InetAddress address : network.inetAddresses().toList()) {
                if (address instanceof Inet4Address && !address.isLoopbackAddress() && !address.isLinkLocalAddress()) {
                    return address.getHostAddress();
                }
            }
        }
        return "";
    }
}
