package io.backendpool.operator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The server of this run keeps what it is given, also over a cut. */
class ApiServerIT {
    @Test
    void shared_anyServer_keepsWhatIsCreated() {
        ApiServer server = ApiServer.shared();
        ConfigMap created =
                server.client().configMaps().resource(configMap("keeps")).create();
        try {
            assertThat(server.client().configMaps().resource(created).get().getData())
                    .containsEntry("k", "v");
        } finally {
            server.client().configMaps().resource(created).delete();
        }
    }

    @Test
    void cut_ownProcesses_refusesThenAnswersWithTheSameData() {
        assumeTrue(ApiServer.shared().canBeCut(), "only processes of our own are cut off");
        try (ApiServer server = ApiServer.start()) {
            server.client().configMaps().resource(configMap("cut")).create();

            server.cut();
            server.config().setRequestRetryBackoffLimit(0);
            assertThatThrownBy(
                            () -> server.client().configMaps().withName("cut").get())
                    .isInstanceOf(KubernetesClientException.class);

            server.restore();
            assertThat(server.client().configMaps().withName("cut").get()).isNotNull();
        }
    }

    private static ConfigMap configMap(String name) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .endMetadata()
                .withData(Map.of("k", "v"))
                .build();
    }
}
