package io.backendpool.operator.validate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Each manifest beside what is said of it: the sentences, or the pool with its defaults. Written anew, to be read before it
 * is committed, by {@code -Dgolden.rewrite=true}.
 */
final class GoldenManifestTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden/validate");
    private static final ObjectWriter JSON = JsonMapper.builder()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_EMPTY, JsonInclude.Include.NON_EMPTY))
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build()
            .writerWithDefaultPrettyPrinter();

    @TestFactory
    Stream<DynamicTest> manifest_checked_saysWhatIsWritten() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            List<Path> manifests =
                    files.filter(ManifestFiles::isManifest).sorted().toList();
            assertThat(manifests).hasSizeGreaterThan(100);
            return manifests.stream()
                    .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
        }
    }

    private static void check(Path file) throws IOException {
        String name = file.getFileName().toString();
        ManifestCheck check = new ManifestValidator().checkText(Path.of(name), Files.readString(file));

        StringBuilder said = new StringBuilder();
        check.problems().forEach(problem -> said.append(problem).append('\n'));
        for (ValidPool pool : check.pools()) {
            said.append(pool)
                    .append(": ")
                    .append(JSON.writeValueAsString(pool.pool().getMetadata().getNamespace()))
                    .append(' ')
                    .append(JSON.writeValueAsString(pool.pool().getSpec()))
                    .append('\n');
        }
        for (ValidOverride override : check.overrides()) {
            said.append(override)
                    .append(": override ")
                    .append(JSON.writeValueAsString(
                            override.override().getMetadata().getNamespace()))
                    .append(' ')
                    .append(JSON.writeValueAsString(override.override().getSpec()))
                    .append('\n');
        }
        Path golden = file.resolveSibling(name.replace(".yaml", ".txt"));
        if (Boolean.getBoolean("golden.rewrite")) {
            Files.writeString(golden, said);
        }
        assertThat(said).hasToString(Files.readString(golden));
        assertThat(check.problems().isEmpty()).as("no problem").isEqualTo(name.startsWith("good-"));
    }
}
