package io.backendpool.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CrdTest {
    private static final Path FILE = Path.of("../../deploy/crds/backendpools.backendpool.io-v1.yaml");

    /** Kubernetes' own types, which the generator embeds without their descriptions. */
    private static final Set<String> FOREIGN = Set.of(
            "spec.proxy.affinity",
            "spec.proxy.resources",
            "spec.proxy.tolerations",
            "spec.proxy.topologySpreadConstraints");

    @Test
    void crd_beansChanged_fileMustFollow() throws IOException {
        String generated = GeneratedCrd.yaml();
        if (Boolean.getBoolean("crd.rewrite")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, generated);
        }
        assertThat(Files.readString(FILE))
                .as(
                        "deploy/crds/%s is stale; write it anew with:%n  ./mvnw -pl src/api test -Dtest=CrdTest -Dcrd.rewrite=true",
                        FILE.getFileName())
                .isEqualTo(generated);
    }

    @Test
    void crd_generatedTwice_isTheSame() {
        assertThat(GeneratedCrd.yaml()).isEqualTo(GeneratedCrd.yaml());
    }

    @Test
    void crd_asAResource_isInTheJar() throws IOException {
        try (var packaged = BackendPool.class.getResourceAsStream("/" + BackendPool.CRD_RESOURCE)) {
            assertThat(packaged).isNotNull();
            assertThat(packaged.readAllBytes()).asString().startsWith("# The CRD of BackendPool.");
        }
    }

    @Test
    void crd_ownFields_haveADescription() {
        List<String> without = new ArrayList<>();
        JSONSchemaProps root = new KubernetesSerialization()
                .unmarshal(GeneratedCrd.yaml(), CustomResourceDefinition.class)
                .getSpec()
                .getVersions()
                .getFirst()
                .getSchema()
                .getOpenAPIV3Schema();
        collect("", root, without);
        assertThat(without).as("fields without a @JsonPropertyDescription").isEmpty();
    }

    /** What {@code kubectl get} shows, from left to right, and what {@code -o wide} adds. */
    @Test
    void crd_columns_answerIsItLiveAndHealthy() {
        List<CustomResourceColumnDefinition> columns = new KubernetesSerialization()
                .unmarshal(GeneratedCrd.yaml(), CustomResourceDefinition.class)
                .getSpec()
                .getVersions()
                .getFirst()
                .getAdditionalPrinterColumns();
        assertThat(columns.stream()
                        .filter(column -> column.getPriority() == null || column.getPriority() == 0)
                        .map(CustomResourceColumnDefinition::getName))
                .containsExactly("Healthy", "Proxies", "Synced", "Ready", "Reason", "Address", "Age");
        assertThat(columns.stream()
                        .filter(column -> column.getPriority() != null && column.getPriority() > 0)
                        .map(CustomResourceColumnDefinition::getName))
                .containsExactly("Policy", "Revision", "Behind", "Requests/s");
    }

    @Test
    void crd_patterns_areExplainedInWords() {
        String yaml = GeneratedCrd.yaml();
        assertThat(yaml.lines()
                        .filter(line -> line.strip().startsWith("title:"))
                        .count())
                .isEqualTo(yaml.lines()
                        .filter(line -> line.strip().startsWith("pattern:"))
                        .count())
                .isPositive();
    }

    private static void collect(String path, JSONSchemaProps schema, List<String> without) {
        if (schema.getProperties() == null) {
            return;
        }
        schema.getProperties().forEach((name, property) -> {
            String child = path.isEmpty() ? name : path + "." + name;
            if (property.getDescription() == null) {
                without.add(child);
            }
            if (!FOREIGN.contains(child)) {
                collect(child, property, without);
                if (property.getItems() != null) {
                    collect(child, property.getItems().getSchema(), without);
                }
            }
        });
    }
}
