package io.backendpool.operator.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.backendpool.operator.kubernetes.ApiServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** deploy/manifests and examples/ on a real API server. */
class InstallationIT {
    private final ApiServer server = ApiServer.shared();

    @BeforeEach
    void needsARealServer() {
        assumeTrue(server.kind().isReal(), "the in-JVM server knows no server-side apply");
    }

    @Test
    void manifests_appliedAgain_changeNothing() {
        // The first time the server goes on to write the CRD's status.
        Installation.apply(server.client());
        List<String> first = versions(Installation.apply(server.client()));
        assertThat(versions(Installation.apply(server.client()))).isEqualTo(first);
    }

    @Test
    void examples_ofClusters_areAccepted() {
        Installation.apply(server.client());
        String namespace = Installation.newNamespace(server.client());
        for (HasMetadata document : Manifests.documents("examples/web.yaml")) {
            document.getMetadata().setNamespace(namespace);
            assertThat(server.client()
                            .resource(document)
                            .dryRun()
                            .create()
                            .getMetadata()
                            .getName())
                    .isEqualTo("web");
        }
    }

    @Test
    void kustomizations_byKubectl_areAccepted_andTheListOfFilesIsWhole(@TempDir Path folder) throws Exception {
        assumeTrue(server.kubectl().isPresent(), "no kubectl");
        Installation.apply(server.client());
        Path kubeconfig = server.writeKubeconfig(folder).orElseThrow();

        List<String> applied = kubectl(
                kubeconfig,
                "apply",
                "--server-side",
                "--dry-run=server",
                "--field-manager=kubectl",
                "-o=name",
                "-k",
                "deploy/manifests");
        List<String> files = new ArrayList<>();
        for (String file : Installation.FILES) {
            for (HasMetadata document : Manifests.documents(file)) {
                files.add(document.getMetadata().getName());
            }
        }
        assertThat(applied.stream().map(line -> line.substring(line.indexOf('/') + 1)))
                .containsExactlyInAnyOrderElementsOf(files);
        assertThat(kubectl(
                        kubeconfig,
                        "apply",
                        "--server-side",
                        "--dry-run=server",
                        "--force-conflicts",
                        "-o=yaml",
                        "-k",
                        "deploy/manifests/namespaced"))
                .anyMatch(line -> line.endsWith("name: BACKENDPOOL_WATCH_NAMESPACES"));
    }

    private List<String> kubectl(Path kubeconfig, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(server.kubectl().orElseThrow().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(Manifests.ROOT.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment()
                .putAll(Map.of("KUBECONFIG", kubeconfig.toAbsolutePath().toString()));
        Process process = builder.start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor()).as("%s", command).isZero();
        return lines;
    }

    private static List<String> versions(List<HasMetadata> objects) {
        return objects.stream()
                .map(object -> object.getKind() + "/" + object.getMetadata().getName() + " "
                        + object.getMetadata().getResourceVersion())
                .toList();
    }
}
