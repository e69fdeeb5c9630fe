package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.operator.logs.PoolLines;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The operator in this process, against an API server; no proxy runs. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
@ExtendWith(PoolLines.class)
class ClusterOperatorIT {
    private static final String WEB = "{name: stable, service: {name: web, port: 80}}";

    private final TestNamespace namespace = new TestNamespace();
    private @Nullable ClusterOperator operator;

    @BeforeEach
    void real() {
        Assumptions.assumeTrue(
                namespace.server.kind().isReal(), "needs server-side apply, which the in-JVM server lacks");
    }

    @AfterEach
    void stop() {
        if (operator != null) {
            operator.close();
        }
        namespace.close();
    }

    @Test
    void pool_applied_ownsItsObjectsAndHasAStatus() throws IOException {
        start("one");
        namespace.service("web", 80, 8080);
        namespace.endpoints("web", 8080, List.of("10.0.0.1", "10.0.0.2"));
        BackendPool pool = namespace.pool("shop", TestNamespace.spec(WEB));
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Deployment deployment = namespace
                    .client
                    .apps()
                    .deployments()
                    .inNamespace(namespace.name)
                    .withName("shop-backendpool")
                    .get();
            assertThat(deployment).isNotNull();
            assertThat(deployment.getMetadata().getOwnerReferences())
                    .extracting(OwnerReference::getUid)
                    .containsExactly(pool.getMetadata().getUid());
            BackendPoolStatus status = status("shop");
            assertThat(status.observedGeneration).isEqualTo(1);
            assertThat(Objects.requireNonNull(status.summary).total).isEqualTo(2);
            assertThat(condition("shop", "ResolvedRefs").getStatus()).isEqualTo("True");
            assertThat(condition("shop", "Programmed").getReason()).isEqualTo("NoProxyConnected");
            assertThat(status.address).endsWith(":8080");
        });
        assertThat(namespace
                        .client
                        .resources(BackendPool.class)
                        .inNamespace(namespace.name)
                        .withName("shop")
                        .get()
                        .getMetadata()
                        .getFinalizers())
                .isEmpty();
    }

    @Test
    void pool_withAMissingService_namesItAndTheOthersGoOn() throws IOException {
        start("one");
        namespace.service("web", 80, 8080);
        namespace.endpoints("web", 8080, List.of("10.0.0.1"));
        namespace.pool("shop", TestNamespace.spec(WEB, "{name: gone, service: {name: nobody, port: http}}"));
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(condition("shop", "ResolvedRefs").getReason()).isEqualTo("ServiceNotFound");
            assertThat(condition("shop", "ResolvedRefs").getMessage())
                    .contains("spec.backends[1].service.name: nobody");
            assertThat(Objects.requireNonNull(status("shop").summary).total).isEqualTo(1);
            assertThat(events("ServiceNotFound")).hasSize(1);
        });
        namespace.service("nobody", 81, 8081);
        await().untilAsserted(() ->
                assertThat(condition("shop", "ResolvedRefs").getReason()).isEqualTo("ServicePortNotFound"));
    }

    @Test
    void endpoints_changed_reachTheStatusWithoutAReconciliation() throws IOException {
        start("one");
        namespace.service("web", 80, 8080);
        namespace.endpoints("web", 8080, List.of("10.0.0.1"));
        namespace.pool("shop", TestNamespace.spec(WEB));
        settled();
        double before = metric("backendpool_reconciles_total");
        namespace.endpoints("web", 8080, List.of("10.0.0.1", "10.0.0.2", "10.0.0.3"));
        await().untilAsserted(() ->
                assertThat(Objects.requireNonNull(status("shop").summary).total).isEqualTo(3));
        assertThat(metric("backendpool_reconciles_total")).isEqualTo(before);
    }

    @Test
    void ownedObject_editedByHand_isPutBackWithAnEvent() throws IOException {
        start("one");
        namespace.service("web", 80, 8080);
        namespace.pool("shop", TestNamespace.spec(WEB));
        settled();
        namespace
                .client
                .services()
                .inNamespace(namespace.name)
                .withName("shop-backendpool")
                .edit(service -> {
                    service.getSpec().getPorts().getFirst().setPort(9999);
                    return service;
                });
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(namespace
                            .client
                            .services()
                            .inNamespace(namespace.name)
                            .withName("shop-backendpool")
                            .get()
                            .getSpec()
                            .getPorts())
                    .extracting(io.fabric8.kubernetes.api.model.ServicePort::getPort)
                    .contains(8080);
            assertThat(events("PutBack")).hasSize(1);
        });
        namespace
                .client
                .apps()
                .deployments()
                .inNamespace(namespace.name)
                .withName("shop-backendpool")
                .delete();
        await().until(() -> namespace
                        .client
                        .apps()
                        .deployments()
                        .inNamespace(namespace.name)
                        .withName("shop-backendpool")
                        .get()
                != null);
    }

    @Test
    void objectOfOurName_thatIsAnothers_isLeftAndSaid() throws IOException {
        namespace
                .client
                .resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name)
                        .withName("shop-backendpool")
                        .addToLabels("whose", "theirs")
                        .endMetadata()
                        .withNewSpec()
                        .addNewPort()
                        .withPort(1234)
                        .endPort()
                        .endSpec()
                        .build())
                .create();
        start("one");
        namespace.pool("shop", TestNamespace.spec("{name: a, addresses: [\"192.0.2.1:80\"]}"));
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(condition("shop", "Stalled").getStatus()).isEqualTo("True");
            assertThat(condition("shop", "Stalled").getMessage())
                    .contains("Service")
                    .contains("shop-backendpool exists");
        });
        var theirs = namespace
                .client
                .services()
                .inNamespace(namespace.name)
                .withName("shop-backendpool")
                .get();
        assertThat(theirs.getSpec().getPorts().getFirst().getPort()).isEqualTo(1234);
        assertThat(theirs.getMetadata().getOwnerReferences()).isEmpty();
        assertThat(namespace
                        .client
                        .apps()
                        .deployments()
                        .inNamespace(namespace.name)
                        .withName("shop-backendpool")
                        .get())
                .as("the others go on")
                .isNotNull();
    }

    @Test
    void pool_steady_causesNoWrite() throws IOException {
        start("one");
        namespace.service("web", 80, 8080);
        namespace.endpoints("web", 8080, List.of("10.0.0.1"));
        namespace.pool("shop", TestNamespace.spec(WEB));
        settled();
        double before = writes();
        await().pollDelay(Duration.ofSeconds(10)).atMost(Duration.ofSeconds(15)).until(() -> true);
        assertThat(writes()).isEqualTo(before);
    }

    @Test
    void status_writtenByAnother_isWrittenAgain() throws IOException {
        start("one");
        namespace.service("web", 80, 8080);
        namespace.endpoints("web", 8080, List.of("10.0.0.1"));
        namespace.pool("shop", TestNamespace.spec(WEB));
        settled();
        namespace
                .client
                .resources(BackendPool.class)
                .inNamespace(namespace.name)
                .withName("shop")
                .editStatus(pool -> {
                    pool.getStatus().address = "forged:1";
                    return pool;
                });
        assertThat(status("shop").address).isEqualTo("forged:1");
        await().atMost(Duration.ofSeconds(15)).until(() -> !"forged:1".equals(status("shop").address));
    }

    @Test
    void secondOperator_takesOverWithTheSameRevisionAndTransitionTimes() throws IOException {
        ClusterOperator first = start("one");
        namespace.service("web", 80, 8080);
        namespace.endpoints("web", 8080, List.of("10.0.0.1"));
        namespace.pool("shop", TestNamespace.spec(WEB));
        settled();
        BackendPoolStatus before = status("shop");
        try (ClusterOperator second =
                ClusterOperator.start(namespace.server.config(), options("two"), Clock.systemUTC())) {
            await().until(() -> second.notReady() == null);
            assertThat(second.controlPort()).isZero();
            first.close();
            operator = null;
            await().atMost(Duration.ofSeconds(15)).until(() -> second.controlPort() != 0 && second.notReady() == null);
            namespace.endpoints("web", 8080, List.of("10.0.0.1", "10.0.0.2"));
            await().untilAsserted(() -> assertThat(Objects.requireNonNull(status("shop").summary).total)
                    .isEqualTo(2));
            assertThat(status("shop").revision).isEqualTo(Objects.requireNonNull(before.revision) + 1);
            assertThat(condition("shop", "Accepted").getLastTransitionTime())
                    .isEqualTo(
                            Objects.requireNonNull(before.conditions).getFirst().getLastTransitionTime());
        }
    }

    private ClusterOperator start(String identity) throws IOException {
        ClusterOperator started =
                ClusterOperator.start(namespace.server.config(), options(identity), Clock.systemUTC());
        operator = started;
        await().atMost(Duration.ofSeconds(30)).until(() -> started.controlPort() != 0 && started.notReady() == null);
        return started;
    }

    private ClusterOptions options(String identity) {
        return new ClusterOptions(
                new Scope(List.of(namespace.name)),
                namespace.name,
                identity,
                "127.0.0.1",
                0,
                List.of("127.0.0.1"),
                "127.0.0.1",
                0,
                "backendpool-operator",
                new ClusterOptions.LeaseTimes(Duration.ofSeconds(600), Duration.ofSeconds(500), Duration.ofMillis(200)),
                ClusterOptions.USUAL_CA_OVERLAP,
                "backendpool-proxy:test");
    }

    /** Until nothing has been written for 2 s. */
    private void settled() {
        double[] last = {-1};
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofSeconds(2))
                .until(() -> {
                    BackendPool pool = namespace
                            .client
                            .resources(BackendPool.class)
                            .inNamespace(namespace.name)
                            .withName("shop")
                            .get();
                    double now = writes();
                    boolean same = now == last[0];
                    last[0] = now;
                    return same && pool.getStatus() != null && pool.getStatus().address != null;
                });
    }

    /** But the Lease's. */
    private double writes() {
        return Objects.requireNonNull(operator)
                .metricsText()
                .lines()
                .filter(line -> line.startsWith("backendpool_api_writes_total") && !line.contains("leases"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private double metric(String name) {
        Matcher matcher = Pattern.compile("(?m)^" + name + "(?:\\{[^}]*})? (\\S+)$")
                .matcher(Objects.requireNonNull(operator).metricsText());
        double sum = 0;
        while (matcher.find()) {
            sum += Double.parseDouble(matcher.group(1));
        }
        return sum;
    }

    private BackendPoolStatus status(String pool) {
        BackendPoolStatus status = namespace
                .client
                .resources(BackendPool.class)
                .inNamespace(namespace.name)
                .withName(pool)
                .get()
                .getStatus();
        assertThat(status).isNotNull();
        return status;
    }

    private Condition condition(String pool, String type) {
        List<Condition> conditions = Objects.requireNonNull(status(pool).conditions);
        return conditions.stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    private List<Event> events(String reason) {
        return namespace.client.v1().events().inNamespace(namespace.name).list().getItems().stream()
                .filter(event -> reason.equals(event.getReason()))
                .toList();
    }
}
