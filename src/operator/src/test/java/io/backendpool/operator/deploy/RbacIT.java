package io.backendpool.operator.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.operator.cluster.ClusterOperator;
import io.backendpool.operator.cluster.ClusterOptions;
import io.backendpool.operator.cluster.Scope;
import io.backendpool.operator.kubernetes.ApiServer;
import io.backendpool.operator.logs.PoolLines;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The whole operator with the rights that the manifests give, on an API server that enforces them. */
@ExtendWith(PoolLines.class)
class RbacIT {
    private final ApiServer server = ApiServer.shared();

    @Test
    void operator_withTheManifestsRights_keepsAPool() throws IOException {
        assumeTrue(server.kind().isReal(), "the in-JVM server enforces no rights");
        KubernetesClient admin = server.client();
        Installation.applyWithoutOperator(admin);
        String namespace = Installation.newNamespace(admin);
        Config config = Installation.asOperator(server.config(), admin);
        ClusterOptions options = new ClusterOptions(
                Scope.CLUSTER,
                "backendpool-system",
                "rbac-it",
                "127.0.0.1",
                0,
                List.of("127.0.0.1"),
                "127.0.0.1",
                0,
                "backendpool-operator",
                ClusterOptions.LeaseTimes.USUAL,
                ClusterOptions.USUAL_CA_OVERLAP,
                "backendpool/proxy:1");
        try (ClusterOperator operator = ClusterOperator.start(config, options, Clock.systemUTC())) {
            BackendPool pool = Serialization.unmarshal("""
                    metadata: {name: web}
                    spec:
                      listeners: [{name: http, port: 8080}]
                      backends: [{name: gone, service: {name: nobody, port: http}}, {name: a, addresses: ["10.0.0.1:80"]}]
                    """, BackendPool.class);
            pool.getMetadata().setNamespace(namespace);
            admin.resource(pool).create();

            await().atMost(Duration.ofSeconds(40)).untilAsserted(() -> {
                BackendPool now = admin.resource(pool).get();
                assertThat(now.getStatus()).isNotNull();
                assertThat(now.getStatus().observedGeneration).isEqualTo(1);
                assertThat(admin.apps()
                                .deployments()
                                .inNamespace(namespace)
                                .withName("web-backendpool")
                                .get())
                        .isNotNull();
                assertThat(admin.policy()
                                .v1()
                                .podDisruptionBudget()
                                .inNamespace(namespace)
                                .withName("web-backendpool")
                                .get())
                        .isNotNull();
                assertThat(admin.v1().events().inNamespace(namespace).list().getItems())
                        .anyMatch(event -> event.getInvolvedObject().getName().equals("web"));
                assertThat(operator.notReady()).isNull();
            });
            assertThat(admin.leases()
                            .inNamespace("backendpool-system")
                            .withName("backendpool-operator")
                            .get()
                            .getSpec()
                            .getHolderIdentity())
                    .isEqualTo("rbac-it");
        }
    }

    @Test
    void operator_withTheManifestsRights_mayAskWhoseATokenIs() {
        assumeTrue(server.kind().isReal(), "the in-JVM server enforces no rights");
        Installation.applyWithoutOperator(server.client());
        Config config = Installation.asOperator(server.config(), server.client());
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build()) {
            TokenReview answer = client.resource(new TokenReviewBuilder()
                            .withNewSpec()
                            .withToken("nobody's")
                            .endSpec()
                            .build())
                    .create();
            assertThat(answer.getStatus().getAuthenticated()).isNotEqualTo(true);
        }
    }
}
