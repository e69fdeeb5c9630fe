package io.backendpool.operator.validate;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.api.v1alpha1.BackendPool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManifestValidatorTest {
    private final ManifestValidator validator = new ManifestValidator();

    @TempDir
    Path folder = Path.of("");

    private static String pool(String name) {
        return """
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPool
                metadata:
                  name: %s
                spec:
                  listeners:
                  - name: http
                    port: 8080
                  backends:
                  - name: stable
                    addresses: ["127.0.0.1:9001"]
                """.formatted(name);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private List<String> problems(ManifestCheck check) {
        return check.problems().stream()
                .map(problem -> problem.toString().replace(folder + "/", ""))
                .toList();
    }

    private static List<String> names(ManifestCheck check) {
        return check.pools().stream()
                .map(pool -> pool.pool().getMetadata().getName())
                .toList();
    }

    @Test
    void folder_oneBadAmongGood_goodOnesStay() throws IOException {
        write("a.yaml", pool("a"));
        write("b.yaml", pool("b").replace("8080", "0"));
        write("c.yml", pool("c"));
        write("d.yaml", "{");

        ManifestCheck check = validator.check(folder);

        assertThat(names(check)).containsExactly("a", "c");
        assertThat(problems(check)).hasSize(2);
        assertThat(problems(check).getFirst()).isEqualTo("b.yaml:8: spec.listeners[0].port: 0 (expected: 1 to 65,535)");
        assertThat(problems(check).getLast()).startsWith("d.yaml:").contains("not YAML: ");
    }

    @Test
    void folder_otherFilesInIt_areNoManifests() throws IOException {
        write("pool.yaml", pool("a"));
        write("pool.status.yaml", "status: {}");
        write(".pool.yaml.swp", "x");
        write(".hidden.yaml", "x");
        write("pool.yaml~", "x");
        write("#pool.yaml", "x");
        write("README.md", "x");
        write("kustomization.yaml", "resources: [pool.yaml]");
        Files.createDirectory(folder.resolve("sub.yaml"));

        ManifestCheck check = validator.check(folder);

        assertThat(problems(check)).isEmpty();
        assertThat(names(check)).containsExactly("a");
        assertThat(check.otherDocuments()).isEqualTo(1);
    }

    @Test
    void names_twiceInTwoFiles_firstStays() throws IOException {
        write("a.yaml", "# first\n" + pool("web"));
        write("b.yaml", pool("web"));

        ManifestCheck check = validator.check(folder);

        assertThat(check.pools()).singleElement().satisfies(pool -> assertThat(pool.file())
                .hasFileName("a.yaml"));
        assertThat(problems(check))
                .containsExactly(
                        "b.yaml:4: metadata.name: default/web is already at a.yaml:5 (expected: each pool once)");
    }

    @Test
    void names_firstIsBroken_secondDoesNotTakeItsPlace() throws IOException {
        write("a.yaml", pool("web").replace("8080", "0"));
        write("b.yaml", pool("web"));

        assertThat(validator.check(folder).pools()).isEmpty();
    }

    @Test
    void names_sameInTwoNamespaces_areTwoPools() {
        String other = pool("web").replace("  name: web\n", "  name: web\n  namespace: shop\n");

        ManifestCheck check = validator.checkText(Path.of("x.yaml"), pool("web") + "---\n" + other);

        assertThat(problems(check)).isEmpty();
        assertThat(check.pools())
                .extracting(pool -> pool.pool().getMetadata().getNamespace())
                .containsExactly("default", "shop");
    }

    @Test
    void file_namedTwice_isCheckedOnce() throws IOException {
        Path file = write("a.yaml", pool("web"));

        assertThat(problems(validator.check(List.of(file, folder)))).isEmpty();
    }

    @Test
    void file_notThere_isAProblem() {
        assertThat(problems(validator.check(folder.resolve("gone.yaml"))))
                .containsExactly("gone.yaml:1: cannot be read: no such file or folder");
    }

    @Test
    void folder_empty_isAProblem() {
        assertThat(problems(validator.check(folder)))
                .containsExactly(folder + ":1: no manifest in this folder (expected: *.yaml or *.yml)");
    }

    @Test
    void file_binary_isAProblem() throws IOException {
        Files.write(folder.resolve("a.yaml"), new byte[] {'P', 'K', 3, 4, 0, 0});
        Files.write(folder.resolve("b.yaml"), "name: \u00e9".getBytes(StandardCharsets.ISO_8859_1));
        Files.write(folder.resolve("c.yaml"), "name: \u0007".getBytes(StandardCharsets.UTF_8));

        assertThat(problems(validator.check(folder)))
                .containsExactly(
                        "a.yaml:1: a binary file (expected: YAML)",
                        "b.yaml:1: not text in UTF-8 (expected: YAML)",
                        "c.yaml:1: not YAML: the character U+0007 (expected: printable text)");
    }

    @Test
    void text_cutAnywhere_neverThrows() {
        String whole = pool("web") + "---\n" + pool("other");
        for (int end = 0; end <= whole.length(); end++) {
            ManifestCheck check = validator.checkText(Path.of("x.yaml"), whole.substring(0, end));
            assertThat(check.pools().size() + check.problems().size())
                    .as("cut at %d", end)
                    .isPositive();
        }
    }

    @Test
    void text_aliasesThatExplode_areRefused() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 9; i++) {
            String alias = "*a" + (i - 1);
            bomb.append("a%d: &a%d [%s]\n".formatted(i, i, String.join(",", java.util.Collections.nCopies(10, alias))));
        }

        ManifestCheck check = validator.checkText(Path.of("x.yaml"), bomb.toString());

        assertThat(check.problems()).singleElement().satisfies(problem -> assertThat(problem.message())
                .isNotEmpty());
    }

    @Test
    void byteOrderMarkAndCarriageReturns_areNoProblem() {
        String text = "\uFEFF" + pool("web").replace("\n", "\r\n");

        assertThat(names(validator.checkText(Path.of("x.yaml"), text))).containsExactly("web");
    }

    @Test
    void lineOf_fieldNotWritten_isTheNearestAround() {
        ValidPool pool = validator
                .checkText(Path.of("x.yaml"), "# comment\n---\n" + pool("web"))
                .pools()
                .getFirst();

        assertThat(pool.line()).isEqualTo(3);
        assertThat(pool.lineOf("spec.backends[0].addresses[0]")).isEqualTo(13);
        assertThat(pool.lineOf("spec.backends[0].service.port")).isEqualTo(12);
        assertThat(pool.lineOf("spec.healthCheck.interval")).isEqualTo(7);
        assertThat(pool.lineOf("")).isEqualTo(3);
    }

    @Test
    void source_sameText_isTheSame() {
        ValidPool one =
                validator.checkText(Path.of("a.yaml"), pool("web")).pools().getFirst();
        ValidPool same =
                validator.checkText(Path.of("b.yaml"), pool("web")).pools().getFirst();
        ValidPool other =
                validator.checkText(Path.of("a.yaml"), pool("web2")).pools().getFirst();

        assertThat(one.source()).isEqualTo(same.source()).isNotEqualTo(other.source());
    }

    @Test
    void pool_readTwice_sharesNothing() {
        ValidPool valid =
                validator.checkText(Path.of("a.yaml"), pool("web")).pools().getFirst();
        BackendPool changed = valid.pool();
        changed.getMetadata().setName("changed");
        changed.getSpec().backends = null;

        assertThat(valid.pool().getMetadata().getName()).isEqualTo("web");
        assertThat(valid.pool().getSpec().backends).hasSize(1);
    }

    @Test
    void validator_manyThreads_sameAnswers() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<ManifestCheck>> checks = IntStream.range(0, 40)
                    .mapToObj(i -> threads.submit(() -> new ManifestValidator()
                            .checkText(Path.of("x.yaml"), pool("web").replace("8080", "0"))))
                    .toList();
            for (Future<ManifestCheck> check : checks) {
                assertThat(check.get().problems()).hasSize(1);
            }
        }
    }
}
