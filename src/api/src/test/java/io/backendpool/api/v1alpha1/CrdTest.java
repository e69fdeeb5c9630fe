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
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CrdTest {
    private static final Path FOLDER = Path.of("../../deploy/crds");

    /** Kubernetes' own types, which the generator embeds without their descriptions. */
    private static final Set<String> FOREIGN = Set.of(
            "spec.proxy.affinity",
            "spec.proxy.resources",
            "spec.proxy.tolerations",
            "spec.proxy.topologySpreadConstraints");

    /** Each file of deploy/crds beside what it must hold. */
    static Map<String, String> files() {
        return Map.of(
                "backendpools.backendpool.io-v1.yaml",
                GeneratedCrd.pool(),
                "backendpooloverrides.backendpool.io-v1.yaml",
                GeneratedCrd.override());
    }

    @ParameterizedTest
    @MethodSource("names")
    void crd_beansChanged_fileMustFollow(String name) throws IOException {
        String generated = Objects.requireNonNull(files().get(name));
        if (Boolean.getBoolean("crd.rewrite")) {
            Files.createDirectories(FOLDER);
            Files.writeString(FOLDER.resolve(name), generated);
        }
        assertThat(Files.readString(FOLDER.resolve(name)))
                .as(
                        "deploy/crds/%s is stale; write it anew with:%n  ./mvnw -pl src/api test -Dtest=CrdTest -Dcrd.rewrite=true",
                        name)
                .isEqualTo(generated);
    }

    static List<String> names() {
        return List.of("backendpools.backendpool.io-v1.yaml", "backendpooloverrides.backendpool.io-v1.yaml");
    }

    @Test
    void crd_generatedTwice_isTheSame() {
        assertThat(files()).isEqualTo(files());
    }

    @ParameterizedTest
    @ValueSource(strings = {BackendPool.CRD_RESOURCE, BackendPoolOverride.CRD_RESOURCE})
    void crd_asAResource_isInTheJar(String resource) throws IOException {
        try (var packaged = BackendPool.class.getResourceAsStream("/" + resource)) {
            assertThat(packaged).isNotNull();
            assertThat(packaged.readAllBytes()).asString().startsWith("# The CRD of BackendPool");
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void crd_ownFields_haveADescription(String name) {
        List<String> without = new ArrayList<>();
        JSONSchemaProps root = new KubernetesSerialization()
                .unmarshal(files().get(name), CustomResourceDefinition.class)
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
                .unmarshal(GeneratedCrd.pool(), CustomResourceDefinition.class)
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

    @ParameterizedTest
    @MethodSource("names")
    void crd_patterns_areExplainedInWords(String name) {
        String yaml = Objects.requireNonNull(files().get(name));
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
