package io.backendpool.operator.resources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.operator.deploy.Installation;
import io.backendpool.operator.kubernetes.ApiCalls;
import io.backendpool.operator.kubernetes.ApiServer;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceUtils;
import io.javaoperatorsdk.operator.api.reconciler.Ignore;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.dependent.DependentResource;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A pool's objects on a real API server, reconciled by the Java Operator SDK with the rights that deploy/manifests give:
 * what defaulting, field ownership and RBAC make of them. No controller runs there, so no pod is made.
 */
class OwnedResourcesIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String NAME = "web-backendpool";

    private final ApiServer server = ApiServer.shared();
    private final ApiCalls calls = new ApiCalls();
    private final PoolObjects reconciler = new PoolObjects();
    private @Nullable Operator operator;
    private @Nullable KubernetesClient operatorClient;
    private String namespace = "";

    @BeforeEach
    void startOperator() {
        assumeTrue(server.kind().isReal(), "the in-JVM server knows neither field ownership nor defaults");
        Installation.applyWithoutOperator(server.client());
        namespace = Installation.newNamespace(server.client());
        KubernetesClient client = calls.client(Installation.asOperator(server.config(), server.client()));
        Operator started = new Operator(overrider -> overrider
                .withKubernetesClient(client)
                .checkingCRDAndValidateLocalModel(false)
                .withReconciliationTerminationTimeout(Duration.ofSeconds(1)));
        operatorClient = client;
        operator = started;
        started.register(reconciler, configuration -> configuration
                .withFieldManager(OwnedResource.FIELD_MANAGER)
                .withGenerationAware(false)
                .settingNamespace(namespace));
        started.start();
    }

    @AfterEach
    void stopOperator() {
        if (operator != null) {
            operator.stop();
        }
        if (operatorClient != null) {
            operatorClient.close();
        }
        if (!namespace.isEmpty()) {
            server.client().namespaces().withName(namespace).delete();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"minimal", "all-settings", "admin-port-wanted-by-listeners", "snapshot-too-large"})
    void reconcile_ofASteadyPool_writesNothing(String golden) throws IOException {
        createSteady(golden(golden));
        for (int i = 0; i < 3; i++) {
            assertThat(writesOfAnotherRun()).isZero();
        }
    }

    @Test
    void reconcile_needsNoOtherRights_thanDeclared() throws IOException {
        createSteady(golden("minimal"));
        assertThat(ApiAccess.rights(ApiAccess.Where.POOLS)).containsAll(calls.rights());
        assertThat(calls.rights()).contains("patch deployments.apps", "watch secrets");
    }

    @Test
    void trafficChanges_neverTouchTheDeployment() throws IOException {
        createSteady(golden("minimal"));
        String before = deployment().get().getMetadata().getResourceVersion();

        edit(pool -> {
            Objects.requireNonNull(pool.getSpec().listeners).getFirst().port = 443;
            Objects.requireNonNull(pool.getSpec().backends).getFirst().weight = 7;
        });
        await().atMost(LIMIT).untilAsserted(() -> assertThat(service().getSpec().getPorts())
                .singleElement()
                .satisfies(port -> {
                    assertThat(port.getPort()).isEqualTo(443);
                    assertThat(port.getTargetPort().getIntVal()).isEqualTo(443);
                }));
        awaitSteady();

        assertThat(deployment().get().getMetadata().getResourceVersion()).isEqualTo(before);
    }

    @Test
    void replicas_ofAScaledDeployment_areLeftAlone_untilThePoolsAreChanged() throws IOException {
        createSteady(golden("minimal"));
        assertThat(deployment().get().getSpec().getReplicas()).isEqualTo(2);

        deployment().scale(7);
        assertThat(writesOfAnotherRun()).isZero();
        assertThat(deployment().get().getSpec().getReplicas()).isEqualTo(7);

        edit(pool -> Objects.requireNonNull(pool.getSpec().proxy).replicas = 3);
        await().atMost(LIMIT).until(() -> deployment().get().getSpec().getReplicas() == 3);
        awaitSteady();
        assertThat(writesOfAnotherRun()).isZero();
    }

    @Test
    void poolsScaleSubresource_scalesTheProxies() throws IOException {
        createSteady(golden("minimal"));
        server.client()
                .resources(BackendPool.class)
                .inNamespace(namespace)
                .withName("web")
                .scale(5);
        await().atMost(LIMIT).until(() -> deployment().get().getSpec().getReplicas() == 5);
    }

    @Test
    void handEdit_isPutBack_andWhatIsNotOursStays() throws IOException {
        createSteady(golden("minimal"));
        deployment().edit(deployment -> deployment
                .edit()
                .editSpec()
                .withReplicas(9)
                .editTemplate()
                .editMetadata()
                .addToAnnotations("kubectl.kubernetes.io/restartedAt", "now")
                .endMetadata()
                .editSpec()
                .editFirstContainer()
                .withImage("somebody/elses:1")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build());
        await().atMost(LIMIT).untilAsserted(() -> {
            Deployment now = deployment().get();
            assertThat(now.getSpec().getReplicas()).isEqualTo(2);
            assertThat(now.getSpec()
                            .getTemplate()
                            .getSpec()
                            .getContainers()
                            .getFirst()
                            .getImage())
                    .isEqualTo("backendpool/proxy:1.2.3");
            assertThat(now.getSpec().getTemplate().getMetadata().getAnnotations())
                    .containsKey("kubectl.kubernetes.io/restartedAt");
        });
        awaitSteady();
    }

    @Test
    void objectWhoseLabelsWereTaken_isPutBack() throws IOException {
        createSteady(golden("minimal"));
        server.client().services().inNamespace(namespace).withName(NAME).edit(service -> service.edit()
                .editMetadata()
                .withLabels(null)
                .endMetadata()
                .build());
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(service().getMetadata().getLabels())
                        .containsEntry(ProxyLabels.MANAGED_BY, ProxyLabels.OPERATOR));
        awaitSteady();
    }

    @Test
    void deletedObject_isMadeAgain() throws IOException {
        createSteady(golden("minimal"));
        String uid = service().getMetadata().getUid();
        server.client().services().inNamespace(namespace).withName(NAME).delete();
        await().atMost(LIMIT).until(() -> {
            Service now = server.client()
                    .services()
                    .inNamespace(namespace)
                    .withName(NAME)
                    .get();
            return now != null && !now.getMetadata().getUid().equals(uid);
        });
    }

    @Test
    void objectOfSomebodyElse_isNamed_andLeftAsItIs() throws IOException {
        Service theirs = server.client()
                .resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewSpec()
                        .addNewPort()
                        .withPort(1)
                        .endPort()
                        .endSpec()
                        .build())
                .create();
        create(golden("minimal"));

        await().atMost(LIMIT).until(() -> reconciler.failure.get() != null);
        assertThat(reconciler.failure.get())
                .isInstanceOf(NameTakenException.class)
                .hasMessage("Service " + namespace + "/" + NAME
                        + " exists and is nobody's (expected: none of this name, or BackendPool web's)");
        assertThat(service().getMetadata().getResourceVersion())
                .isEqualTo(theirs.getMetadata().getResourceVersion());
        // What comes before it in the order is there all the same.
        assertThat(deployment().get()).isNotNull();
    }

    private void createSteady(JsonNode golden) {
        create(golden);
        await().atMost(LIMIT)
                .until(() -> reconciler.runs() > 0
                        && server.client()
                                        .policy()
                                        .v1()
                                        .podDisruptionBudget()
                                        .inNamespace(namespace)
                                        .withName(NAME)
                                        .get()
                                != null);
        awaitSteady();
        assertThat(reconciler.failure.get()).isNull();
    }

    private void create(JsonNode golden) {
        BackendPool pool = new ObjectMapper().convertValue(golden.get("pool"), BackendPool.class);
        pool.getMetadata().setNamespace(namespace);
        pool.getMetadata().setUid(null);
        server.client().resource(pool).create();
    }

    /** One run after the last change of anything. */
    private void awaitSteady() {
        await().atMost(LIMIT).until(() -> writesOfAnotherRun() == 0);
    }

    private int writesOfAnotherRun() {
        int runs = reconciler.runs();
        int writes = calls.writes();
        edit(pool -> pool.getMetadata()
                .setAnnotations(Map.of("touched", UUID.randomUUID().toString())));
        await().atMost(LIMIT).until(() -> reconciler.runs() > runs);
        return calls.writes() - writes;
    }

    private void edit(Consumer<BackendPool> change) {
        server.client()
                .resources(BackendPool.class)
                .inNamespace(namespace)
                .withName("web")
                .edit(pool -> {
                    change.accept(pool);
                    return pool;
                });
    }

    private RollableScalableResource<Deployment> deployment() {
        return server.client().apps().deployments().inNamespace(namespace).withName(NAME);
    }

    private Service service() {
        return server.client().services().inNamespace(namespace).withName(NAME).get();
    }

    private static JsonNode golden(String name) throws IOException {
        return new ObjectMapper(new YAMLFactory())
                .readTree(Path.of("src/test/resources/golden/resources", name + ".in.yaml")
                        .toFile());
    }

    /** As little of a reconciler as there can be. */
    @Ignore
    private static final class PoolObjects implements Reconciler<BackendPool> {
        private final OwnedResources owned = new OwnedResources(
                ProxyInstallation.ofImage("backendpool/proxy:1.2.3"),
                pool -> new ProxyBootstrap("127.0.0.1:1", "CA", new LastKnownGoodCopy.Kept(12, "b2xk")));
        private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
        private final AtomicInteger runs = new AtomicInteger();

        int runs() {
            return runs.get();
        }

        @Override
        public List<EventSource<?, BackendPool>> prepareEventSources(EventSourceContext<BackendPool> context) {
            return EventSourceUtils.dependentEventSources(
                    context, owned.inOrder().toArray(DependentResource[]::new));
        }

        @Override
        public UpdateControl<BackendPool> reconcile(BackendPool pool, Context<BackendPool> context) {
            for (OwnedResource<?> resource : owned.inOrder()) {
                try {
                    resource.reconcile(pool, context);
                } catch (RuntimeException failed) {
                    failure.set(failed);
                }
            }
            runs.incrementAndGet();
            return UpdateControl.noUpdate();
        }
    }
}
