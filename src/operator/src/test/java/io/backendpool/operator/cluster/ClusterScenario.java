package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolSpec;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the scenarios share: the built operator and proxies as processes against a real API server, one pool {@code shop} with
 * two proxies in front of Service {@code web}, and steady traffic of which no request may fail.
 */
abstract class ClusterScenario {
    /** For what takes seconds; generous, because a machine may be slow. */
    static final Duration SOON = Duration.ofSeconds(90);

    static final String POOL = "shop";
    static final String OWNED = "shop-backendpool";

    @TempDir
    Path directory = Path.of("");

    final TestNamespace namespace = new TestNamespace();
    final Map<String, OperatorProcess> operators = new LinkedHashMap<>();
    private final Backends backends;
    private final List<Kubelet> kubelets = new ArrayList<>();
    private String scenario = "";
    int controlPort;
    int listenerPort;

    ClusterScenario() {
        try {
            backends = new Backends(namespace);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void prepare(TestInfo test) throws IOException {
        scenario = test.getTestMethod().orElseThrow().getName();
        Assumptions.assumeTrue(namespace.server.kind().isReal(), "needs the real API server's tokens");
        Assumptions.assumeTrue(!namespace.server.kind().hasNodes(), "nodes run the pods there");
        Assumptions.assumeTrue(Programs.missing().isEmpty(), Programs.missing());
        Assumptions.assumeTrue(!backends.host().isEmpty(), "this host has no address but loopback");
        controlPort = free();
        listenerPort = free();
        kubelets.add(Kubelet.start(namespace.server, namespace.name, directory, jvm()));
    }

    @AfterEach
    void stop() throws IOException {
        kubelets.forEach(Kubelet::close);
        operators.values().forEach(OperatorProcess::close);
        backends.close();
        Path kept = Files.createDirectories(Path.of("target", "cluster-e2e", scenario));
        try (var logs = Files.list(directory)) {
            for (Path log :
                    logs.filter(file -> file.toString().endsWith(".log")).toList()) {
                Files.copy(log, kept.resolve(log.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        namespace.close();
    }

    /** The JVM flags of operators and proxies. */
    List<String> jvm() {
        return Programs.SMALL;
    }

    Kubelet kubelet() {
        return kubelets.getFirst();
    }

    Backends backends() {
        return backends;
    }

    // ---- the operator ----

    /** Starts an operator, and waits until it leads. */
    void operator(String identity, String... more) throws IOException {
        standby(identity, more);
        operatorCalled(identity).awaitLeading();
    }

    /** Starts an operator. */
    void standby(String identity, String... more) throws IOException {
        operators.put(identity, OperatorProcess.start(namespace, directory, identity, controlPort, jvm(), more));
    }

    OperatorProcess operatorCalled(String identity) {
        return Objects.requireNonNull(operators.get(identity), identity);
    }

    // ---- the pool ----

    /** The pool {@code shop}: two proxies in front of {@code groups}. */
    void pool(String groups, String... more) {
        poolOf("""
                {listeners: [{name: http, port: %d, protocol: HTTP}], backends: [%s]%s}""".formatted(listenerPort, groups, more.length == 0 ? "" : ", " + String.join(", ", more)));
    }

    /** The pool {@code shop} of {@code spec}, with two proxies. */
    void poolOf(String spec) {
        namespace.pool(POOL, spec);
        if (!namespace.server.hasControllers()) {
            awaitBootstrap();
            kubelet().add(OWNED, 1);
            kubelet().add(OWNED, 2);
        }
    }

    /** Until the Secret holds a last known good pool. */
    void awaitBootstrap() {
        await().atMost(SOON).until(() -> {
            Secret secret = bootstrap().get();
            return secret != null && secret.getData().containsKey("last-known-good.gz");
        });
    }

    Resource<Secret> bootstrap() {
        return namespace.client.secrets().inNamespace(namespace.name).withName(OWNED + "-bootstrap");
    }

    Resource<BackendPool> poolResource() {
        return namespace
                .client
                .resources(BackendPool.class)
                .inNamespace(namespace.name)
                .withName(POOL);
    }

    void edit(Consumer<BackendPoolSpec> change) {
        poolResource().edit(pool -> {
            change.accept(pool.getSpec());
            return pool;
        });
    }

    /** The usual start: an operator, {@code count} backends web-1 and on behind Service web, two proxies that serve them. */
    void shopOf(int count, String... more) throws IOException {
        backends.service("web");
        for (int i = 1; i <= count; i++) {
            backends.add("web", "web-" + i);
        }
        pool("{name: stable, service: {name: web, port: 80}, weight: 100}", more);
        serving(2);
    }

    /** Until so many proxies are ready, take traffic and run the newest revision. */
    void serving(int proxies) {
        await("%d proxies take traffic".formatted(proxies))
                .atMost(SOON)
                .until(() -> kubelet().endpoints(listenerPort).size() == proxies);
        synced(proxies);
    }

    /** Until the newest revision runs on so many proxies, and has done so for a second. */
    void synced(int proxies) {
        await("%d proxies are synced".formatted(proxies))
                .atMost(SOON)
                .during(Duration.ofSeconds(1))
                .until(() -> {
                    BackendPool pool = poolResource().get();
                    BackendPoolStatus status = pool.getStatus();
                    return status != null
                            && Objects.equals(Objects.requireNonNull(status.proxies).synced, proxies)
                            && Objects.equals(
                                    status.observedGeneration,
                                    pool.getMetadata().getGeneration())
                            && "True".equals(condition("Ready").getStatus());
                });
    }

    void awaitBackends(int total) {
        await("%d backends in the status".formatted(total)).atMost(SOON).untilAsserted(() -> assertThat(
                        Objects.requireNonNull(status().summary).total)
                .isEqualTo(total));
    }

    BackendPoolStatus status() {
        BackendPoolStatus status = poolResource().get().getStatus();
        assertThat(status).isNotNull();
        return status;
    }

    Condition condition(String type) {
        return Objects.requireNonNull(status().conditions).stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    // ---- traffic ----

    /** Steady requests through whatever proxies the Service in front of them names. */
    Traffic traffic() {
        return Traffic.start(() -> kubelet().endpoints(listenerPort));
    }

    /** Until so many more requests have succeeded. */
    static void more(Traffic traffic, int requests) {
        long mark = traffic.succeeded();
        await("%d more requests".formatted(requests)).atMost(SOON).until(() -> traffic.succeeded() > mark + requests);
    }

    /** Ends the traffic, prints its line of the scenarios' table, and fails where a request has. */
    void noneFailed(Traffic traffic) {
        traffic.close();
        System.out.printf(
                "cluster scenario: %s: %d requests, %d failed, %.0f s%n",
                scenario,
                traffic.succeeded() + traffic.failures().size(),
                traffic.failures().size(),
                traffic.seconds());
        assertThat(traffic.failures()).isEmpty();
        assertThat(traffic.succeeded()).isGreaterThan(100);
    }

    static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** One request on a connection of its own to each proxy, in their order. */
    List<String> onceEach() throws IOException {
        List<String> answers = new ArrayList<>();
        for (InetSocketAddress proxy : kubelet().endpoints(listenerPort)) {
            answers.add(Traffic.once(proxy));
        }
        return answers;
    }

    /** What kubectl prints. */
    String kubectl(String... arguments) throws IOException, InterruptedException {
        Path kubectl = namespace.server.kubectl().orElseThrow();
        List<String> command = new ArrayList<>(List.of(kubectl.toString(), "--namespace=" + namespace.name));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .put(
                        "KUBECONFIG",
                        namespace
                                .server
                                .writeKubeconfig(directory)
                                .orElseThrow()
                                .toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s", output).isZero();
        return output;
    }
}
