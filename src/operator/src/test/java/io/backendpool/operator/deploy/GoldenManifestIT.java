package io.backendpool.operator.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.backendpool.operator.kubernetes.ApiServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What {@code backendpool validate} takes or refuses, a real API server takes or refuses, too: each golden manifest is put to it. */
class GoldenManifestIT {
    private static final Path FOLDER = Path.of("src/test/resources/golden/validate");

    /**
     * Checked by us only, see docs/adr/0004-api-refinements.md; and how much work an expression is, which CEL cannot count: the
     * operator says it in Accepted.
     */
    private static final Set<String> STRICTER_OFF_LINE = Set.of(
            "bad-yaml-duplicate-key.yaml", "bad-two-documents-one-name.yaml", "bad-probe-body-too-much-work.yaml");

    private final ApiServer server = ApiServer.shared();

    @TestFactory
    Stream<DynamicTest> manifest_putToTheApiServer_isJudgedAlike(@TempDir Path folder) throws IOException {
        assumeTrue(server.kubectl().isPresent(), "no kubectl");
        Installation.apply(server.client());
        String namespace = Installation.newNamespace(server.client());
        Path kubeconfig = server.writeKubeconfig(folder).orElseThrow();
        try (Stream<Path> files = Files.list(FOLDER)) {
            List<Path> manifests = files.filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file ->
                            !STRICTER_OFF_LINE.contains(file.getFileName().toString()))
                    .sorted()
                    .toList();
            assertThat(manifests).hasSizeGreaterThan(150);
            return manifests.stream()
                    .map(file -> DynamicTest.dynamicTest(
                            file.getFileName().toString(), () -> check(file, namespace, kubeconfig, folder)));
        }
    }

    private void check(Path file, String namespace, Path kubeconfig, Path folder)
            throws IOException, InterruptedException {
        // One namespace for all: that of a manifest may not be there.
        Path copy = Files.writeString(
                folder.resolve(file.getFileName()),
                Files.readString(file).replaceAll("(?m)^  namespace: .*$", "  namespace: " + namespace));
        Process kubectl = new ProcessBuilder(
                        server.kubectl().orElseThrow().toString(),
                        "--kubeconfig=" + kubeconfig,
                        "--namespace=" + namespace,
                        "apply",
                        "--dry-run=server",
                        "--validate=strict",
                        "--filename=" + copy)
                .redirectErrorStream(true)
                .start();
        String said = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean taken = kubectl.waitFor() == 0;

        assertThat(taken).as("%s", said).isEqualTo(file.getFileName().toString().startsWith("good-"));
    }
}
