package io.backendpool.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a user of one machine does and what goes wrong there, on the real programs. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StandaloneIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path directory;

    @RegisterExtension
    static final Shared<Colours> SHARED = new Shared<>(Colours::new);

    /** Three backends, and the operator that runs their pool. */
    private static final class Colours implements Shared.Running {
        final TestBackend red = TestBackend.start("red");
        final TestBackend green = TestBackend.start("green");
        final TestBackend blue = TestBackend.start("blue");
        final int port = Ports.free();
        final Standalone pool = new Standalone(Files.createTempDirectory(directory, "colours"));
        int tests;

        Colours() throws IOException {}

        @Override
        public boolean isRunning() {
            return pool.isRunning();
        }

        @Override
        public void close() throws InterruptedException {
            pool.close();
            List.of(red, green, blue).forEach(TestBackend::close);
        }
    }

    private TestBackend red;
    private TestBackend green;
    private TestBackend blue;
    private Standalone pool;
    private int port;
    private int generation;
    private int logBefore;

    /** Each test finds all three backends healthy and equal, whatever the one before has made of them. */
    @BeforeEach
    void start() throws Exception {
        Colours colours = SHARED.get();
        red = colours.red;
        green = colours.green;
        blue = colours.blue;
        port = colours.port;
        pool = colours.pool;
        generation = ++colours.tests;
        pool.write(manifest(100, 100, 100));
        if (!pool.isRunning()) {
            pool.start();
        }
        pool.awaitReady();
        await().atMost(Standalone.PATIENCE).untilAsserted(() -> {
            assertThat(List.of(red, green, blue)).allSatisfy(backend -> assertThat(pool.backend(backend.address()))
                    .containsEntry("declaredWeight", "100")
                    .containsEntry("health", "Healthy"));
            // The status is of this manifest, not of an equal one in the test before.
            assertThat(pool.status()).containsEntry("observedGeneration", generation);
            assertThat(pool.section("summary")).containsEntry("ratio", "3/3");
            assertThat(pool.section("proxies")).containsEntry("syncedRatio", "1/1");
        });
        logBefore = pool.log().length();
    }

    /** What the operator has said since the test began. */
    private String newLog() {
        return pool.log().substring(logBefore);
    }

    /** The first, for it is about the first requests of a pool. */
    @Test
    @Order(1)
    void apply_firstRequests_areSharedAndTheStatusSaysSo() throws IOException {
        Map<String, Integer> shares = shares(300);
        assertThat(shares.keySet()).containsExactlyInAnyOrder("red", "green", "blue");
        assertThat(shares.values()).allSatisfy(count -> assertThat(count).isCloseTo(100, within(3)));
        assertThat(pool.section("summary")).containsEntry("ratio", "3/3");
        assertThat(pool.section("proxies")).containsEntry("syncedRatio", "1/1").containsEntry("readyRatio", "1/1");
        assertThat(pool.condition("Programmed")).containsEntry("status", "True");
        assertThat(pool.backend(red.address()))
                .containsEntry("health", "Healthy")
                .containsEntry("group", "red");
    }

    @Test
    void override_inAFile_isFollowedAndHasAStatusThatGoesWithIt() throws IOException {
        Path overrides = pool.manifest.resolveSibling("pool.yaml.overrides.yaml");
        Path status = pool.manifest.resolveSibling("pool.yaml.overrides.yaml.status.yaml");
        Files.writeString(overrides, drainRed("9999-12-31T06:00:00Z"));
        await().atMost(Standalone.PATIENCE)
                .untilAsserted(() -> assertThat(status).content().contains("name: red-away", "reason: Active"));
        await().atMost(Standalone.PATIENCE)
                .untilAsserted(() -> assertThat(pool.backend(red.address())).containsEntry("effectiveWeight", "0"));
        assertThat(shares(30).keySet()).containsExactlyInAnyOrder("green", "blue");

        Files.writeString(overrides, drainRed("2020-01-31T06:00:00Z"));
        await().atMost(Standalone.PATIENCE).untilAsserted(() -> assertThat(status)
                .content()
                .contains("reason: Expired", "message: expired at 2020-01-31T06:00:00Z")
                .doesNotContain("reason: Active"));
        Files.delete(overrides);
        await().atMost(Standalone.PATIENCE)
                .untilAsserted(() -> assertThat(status).doesNotExist());
    }

    private static String drainRed(String until) {
        return """
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPoolOverride
                metadata: {name: red-away}
                spec: {pool: colours, group: red, drain: true, until: "%s"}
                """.formatted(until);
    }

    @Test
    void weightEdit_underLoad_sharesFollowWithoutARestartOrAFailure() throws IOException {
        long proxy = onlyProxy();
        long before = pool.revision();
        try (Load load = Load.start(port)) {
            awaitMore(load, 200);
            pool.write(manifest(0, 100, 300));
            await().atMost(Standalone.PATIENCE).until(() -> pool.revision() > before);
            awaitSynced();
            long red0 = load.of("red");
            long green0 = load.of("green");
            long blue0 = load.of("blue");
            awaitMore(load, 800);
            // The requests under way while the edit arrives may still be red's.
            assertThat(load.of("red") - red0).isLessThanOrEqualTo(8);
            assertThat((double) (load.of("blue") - blue0) / (load.of("green") - green0))
                    .isCloseTo(3.0, within(0.2));
            assertThat(load.failures()).isEmpty();
        }
        assertThat(onlyProxy()).isEqualTo(proxy);
    }

    @Test
    void addresses_addedAndRemovedUnderLoad_noRequestFails() throws IOException {
        try (Load load = Load.start(port);
                TestBackend extra = TestBackend.start("extra")) {
            for (int round = 0; round < 5; round++) {
                long before = load.of("extra");
                pool.write(manifest(100, 100, 100) + group("extra", extra, 100));
                await().atMost(Standalone.PATIENCE).until(() -> load.of("extra") > before + 10);
                pool.write(manifest(100, 100, 100));
                await().atMost(Standalone.PATIENCE)
                        .until(() -> pool.backend(extra.address()).isEmpty());
                awaitSynced();
            }
            assertThat(load.failures()).isEmpty();
            assertThat(load.succeeded()).isPositive();
        }
    }

    @Test
    void backend_diesAndComesBackUnderLoad_noRequestFailsAndTheStatusTells() throws IOException {
        try (Load load = Load.start(port)) {
            awaitMore(load, 100);
            green.die();
            await().atMost(Standalone.PATIENCE).until(() -> "Unhealthy"
                    .equals(pool.backend(green.address()).get("health")));
            assertThat(pool.backend(green.address())).hasEntrySatisfying("reason", reason -> assertThat((String) reason)
                    .containsIgnoringCase("refused"));
            assertThat(pool.backend(green.address())).containsEntry("effectiveWeight", "0");
            assertThat(pool.section("summary")).containsEntry("ratio", "2/3");
            awaitMore(load, 200);
            green.start();
            await().atMost(Standalone.PATIENCE)
                    .until(() -> "Healthy".equals(pool.backend(green.address()).get("health")));
            long before = load.of("green");
            await().atMost(Standalone.PATIENCE).until(() -> load.of("green") > before + 20);
            assertThat(load.failures()).isEmpty();
        }
    }

    /** Among the last, for the next operator is not the parent of the proxy and does not learn how it ends. */
    @Test
    @Order(Order.DEFAULT + 1)
    void operator_killedAndRestartedUnderLoad_noRequestFails_editsGoOn_andTheSubsetStays() throws Exception {
        long proxy = onlyProxy();
        long first = pool.revision();
        Map<String, Object> seat = Map.of("index", 0, "count", 1);
        try (Load load = Load.start(port)) {
            // Until it has a seat a proxy uses two of the backends at most; with the only seat it uses all.
            pool.write(subsets(red, green, blue));
            await().atMost(Standalone.PATIENCE).until(() -> pool.revision() > first);
            await().atMost(Standalone.PATIENCE)
                    .untilAsserted(() -> assertThat(pool.page()).containsEntry("seat", seat));
            awaitEach(load, 50, "red", "green", "blue");
            long before = pool.revision();
            pool.kill();
            awaitMore(load, 300);
            assertThat(pool.page()).containsEntry("seat", seat);
            awaitEach(load, 50, "red", "green", "blue");
            pool.start();
            pool.write(subsets(green, blue));
            await().atMost(Standalone.PATIENCE).until(() -> pool.revision() > before);
            awaitSynced();
            long red0 = load.of("red");
            awaitMore(load, 300);
            assertThat(load.of("red") - red0).isLessThanOrEqualTo(8);
            assertThat(pool.page()).containsEntry("seat", seat);
            awaitEach(load, 50, "green", "blue");
            assertThat(load.failures()).isEmpty();
        }
        assertThat(onlyProxy()).as("the proxy that ran before\n%s", pool.log()).isEqualTo(proxy);
    }

    @Test
    void badEdit_ofAGoodFile_changesNothingThatRunsAndNamesTheField() throws IOException {
        long before = pool.revision();
        pool.write(manifest(100, 100, 100).replace("weight: 100", "weight: -1"));
        await().atMost(Standalone.PATIENCE).until(() -> newLog().contains("weight: -1"));
        assertThat(newLog()).containsPattern("pool\\.yaml:\\d+.*weight.*-1 .*expected.*1,000,000");
        assertThat(shares(30).keySet()).containsExactlyInAnyOrder("red", "green", "blue");
        assertThat(pool.revision()).isEqualTo(before);
        await().atMost(Standalone.PATIENCE).until(() -> pool.status().toString().contains("weight: -1"));

        pool.write(manifest(100, 100, 0));
        await().atMost(Standalone.PATIENCE).until(() -> pool.revision() > before);
        awaitSynced();
        assertThat(shares(30).keySet()).containsExactlyInAnyOrder("red", "green");
    }

    @Test
    void proxy_crashes_isStartedAgainAndServesTheSameRevision() throws IOException {
        long proxy = onlyProxy();
        ProcessHandle.of(proxy).orElseThrow().destroyForcibly();
        await().atMost(Standalone.PATIENCE)
                .until(() -> pool.proxies().stream().anyMatch(other -> other.isAlive() && other.pid() != proxy));
        await().atMost(Standalone.PATIENCE)
                .ignoreExceptions()
                .until(() -> HttpConnection.once(port, "/").status() == 200);
        pool.awaitReady();
        assertThat(newLog()).contains("exit code 137");
    }

    /** Among the last, for it ends what the others use. */
    @Test
    @Order(Order.DEFAULT + 1)
    void proxy_startedWhileTheOperatorIsAway_servesTheLastGoodPoolAndSaysThatItIsStale() throws Exception {
        ProcessHandle proxy = ProcessHandle.of(onlyProxy()).orElseThrow();
        List<String> command = new ArrayList<>();
        command.add(proxy.info().command().orElseThrow());
        command.addAll(List.of(proxy.info().arguments().orElseThrow()));
        pool.kill();
        proxy.destroyForcibly();
        await().atMost(Standalone.PATIENCE).until(() -> !proxy.isAlive());
        Path adminPort = pool.adminPort();
        Files.deleteIfExists(adminPort);
        Process alone = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            await().atMost(Standalone.PATIENCE)
                    .ignoreExceptions()
                    .until(() -> HttpConnection.once(port, "/").status() == 200);
            assertThat(shares(30).keySet()).containsExactlyInAnyOrder("red", "green", "blue");
            await().atMost(Standalone.PATIENCE)
                    .untilAsserted(() -> assertThat(pool.page()).containsEntry("stale", true));
        } finally {
            alone.destroyForcibly().waitFor();
        }
    }

    /** Among the last, for it ends what the others use. */
    @Test
    @Order(Order.DEFAULT + 1)
    void sigterm_underLoad_drainsAndStopsAllThatItStarted() throws InterruptedException {
        try (Load load = Load.start(port)) {
            awaitMore(load, 100);
            // As a JVM that ended in good order after SIGTERM: 128 + 15.
            assertThat(pool.stop()).as(pool.log()).isEqualTo(143);
            // Answers were whole until the port closed: what failed after that was refused or told to close.
            assertThat(load.failures())
                    .allMatch(failure -> failure.contains("Connection refused")
                            || failure.contains("connection closed after \"\"")
                            || failure.contains("reset"));
        }
        assertThat(pool.proxies()).isEmpty();
    }

    private String manifest(int redWeight, int greenWeight, int blueWeight) {
        return head()
                + "  backends:\n"
                + group("red", red, redWeight)
                + group("green", green, greenWeight)
                + group("blue", blue, blueWeight);
    }

    /** One group, of which each proxy would like to use one backend. */
    private String subsets(TestBackend... backends) {
        List<String> addresses = Arrays.stream(backends)
                .map(backend -> '"' + backend.address() + '"')
                .toList();
        return head()
                + "  loadBalancing: {subsetSize: 1}\n"
                + "  backends: [{name: all, addresses: %s}]\n".formatted(addresses);
    }

    private String head() {
        return """
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPool
                metadata:
                  name: colours
                  generation: %d
                spec:
                  listeners:
                  - {name: http, port: %d, protocol: HTTP}
                  healthCheck:
                    http: {path: /healthz}
                    interval: 500ms
                    timeout: 400ms
                    healthyThreshold: 1
                    unhealthyThreshold: 2
                """.formatted(generation, port);
    }

    private static String group(String name, TestBackend backend, int weight) {
        return """
                  - name: %s
                    addresses: ["%s"]
                    weight: %d
                """.formatted(name, backend.address(), weight);
    }

    private Map<String, Integer> shares(int requests) throws IOException {
        Map<String, Integer> shares = new TreeMap<>();
        try (HttpConnection connection = new HttpConnection(port)) {
            for (int i = 0; i < requests; i++) {
                HttpConnection.Response response = connection.get("/");
                assertThat(response.status()).isEqualTo(200);
                shares.merge(response.body(), 1, Integer::sum);
            }
        }
        return shares;
    }

    private long onlyProxy() {
        List<ProcessHandle> proxies = pool.proxies();
        assertThat(proxies).as(pool.log()).hasSize(1);
        return proxies.getFirst().pid();
    }

    private void awaitSynced() {
        await().atMost(Standalone.PATIENCE)
                .until(() -> "1/1".equals(pool.section("proxies").get("syncedRatio")));
    }

    private static void awaitEach(Load load, long requests, String... backends) {
        for (String backend : backends) {
            long target = load.of(backend) + requests;
            await(backend).atMost(Standalone.PATIENCE).until(() -> load.of(backend) >= target);
        }
    }

    private static void awaitMore(Load load, long requests) {
        long target = load.succeeded() + requests;
        await().atMost(Standalone.PATIENCE).until(() -> load.succeeded() >= target);
    }
}
