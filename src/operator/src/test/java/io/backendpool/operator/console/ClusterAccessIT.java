package io.backendpool.operator.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolOverride;
import io.backendpool.operator.kubernetes.ApiServer;
import io.backendpool.operator.status.OverrideJudgement;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Overrides of a command line in a real API server: schema, rules and field ownership are its own. */
final class ClusterAccessIT {
    private static final String POOL = """
            apiVersion: backendpool.io/v1alpha1
            kind: BackendPool
            metadata: {name: web}
            spec:
              listeners: [{name: http, port: 8080}]
              backends: [{name: stable, addresses: ["192.0.2.1:80"]}]
            """;

    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.client();
    private final String namespace = "console-" + UUID.randomUUID().toString().substring(0, 8);

    // Not closed: the client is shared by the tests of the run.
    private final PoolAccess access = ClusterAccess.of(client, namespace);

    @BeforeEach
    void prepare() throws IOException {
        Assumptions.assumeTrue(server.kind().isReal(), "needs server-side apply, which the in-JVM server lacks");
        for (String resource : List.of(BackendPool.CRD_RESOURCE, BackendPoolOverride.CRD_RESOURCE)) {
            try (InputStream yaml = BackendPool.class.getClassLoader().getResourceAsStream(resource)) {
                client.resource(Serialization.unmarshal(Objects.requireNonNull(yaml), CustomResourceDefinition.class))
                        .serverSideApply();
            }
        }
        Awaitility.await("the CRDs are served")
                .atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(() -> client.resources(BackendPoolOverride.class)
                                        .inNamespace("default")
                                        .list()
                                != null
                        && client.resources(BackendPool.class)
                                        .inNamespace("default")
                                        .list()
                                != null);
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .create();
        client.resource(Serialization.unmarshal(POOL, BackendPool.class))
                .inNamespace(namespace)
                .create();
    }

    private void override(@Nullable Integer weight, @Nullable Instant until) throws IOException {
        BackendPool pool = access.pool("");
        access.apply(OverrideRequest.of(pool, OverrideTarget.find(pool, "stable"), weight, until, "tested"));
    }

    private List<BackendPoolOverride> overrides() {
        return client.resources(BackendPoolOverride.class)
                .inNamespace(namespace)
                .list()
                .getItems();
    }

    @Test
    void apply_thenAnotherWord_replacesTheFirst_andRemoveTakesItBack() throws IOException {
        override(null, Instant.parse("2126-01-31T06:00:00Z"));
        assertThat(overrides()).singleElement().satisfies(override -> {
            assertThat(override.getMetadata().getName()).isEqualTo("web-stable");
            assertThat(override.getSpec().drain).isTrue();
            assertThat(override.getSpec().until).isEqualTo("2126-01-31T06:00:00Z");
            assertThat(override.getSpec().reason).isEqualTo("tested");
        });

        override(5, null);
        assertThat(overrides()).singleElement().satisfies(override -> {
            assertThat(override.getSpec().drain).isNull();
            assertThat(override.getSpec().weight).isEqualTo(5);
            assertThat(override.getSpec().until).isNull();
        });

        BackendPool pool = access.pool("web");
        assertThat(access.remove(pool, OverrideTarget.find(pool, "stable"))).containsExactly("web-stable");
        assertThat(overrides()).isEmpty();
        assertThat(access.remove(pool, OverrideTarget.find(pool, "stable"))).isEmpty();
    }

    @Test
    void look_tellsOfAnOverrideThatTrafficDoesNotFollow_onceTheOperatorHasSaidSo() throws IOException {
        override(null, null);
        assertThat(access.look().problems()).isEmpty();

        said(new OverrideJudgement(true, true, "Active", "group stable is drained"));
        assertThat(access.look().problems()).isEmpty();

        said(new OverrideJudgement(true, false, "Expired", "expired at 2026-01-31T06:00:00Z"));
        String sentence = "override %s/web-stable: expired at 2026-01-31T06:00:00Z".formatted(namespace);
        assertThat(access.look().problems()).containsExactly(new PoolAccess.Trouble(namespace + "/web", sentence));
        assertThat(access.look().only("web").problems()).hasSize(1);
    }

    private void said(OverrideJudgement judgement) {
        client.resources(BackendPoolOverride.class)
                .inNamespace(namespace)
                .withName("web-stable")
                .editStatus(override -> {
                    override.setStatus(judgement.status(null, 1L, Instant.parse("2026-01-31T07:00:00Z")));
                    return override;
                });
    }

    @Test
    void pool_thatIsNotThere_isSaidWithThoseThatAre() {
        assertThatThrownBy(() -> access.pool("api"))
                .hasMessage("pool api: unknown (expected: one of [%s/web])", namespace);
    }
}
