package io.backendpool.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.operator.pools.PoolSink;
import io.backendpool.operator.translate.PoolSpec;
import io.backendpool.operator.validate.ManifestFiles;
import io.backendpool.operator.validate.ManifestValidator;
import io.backendpool.operator.validate.Problem;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

// JUnit sets the directory, and beans may hold null: a test that meets one fails, which is meant.
@SuppressWarnings("NullAway")
class ManifestSourceTest {
    private static final PoolId A = new PoolId("default", "a");
    private static final PoolId B = new PoolId("default", "b");

    @TempDir
    Path directory;

    private final RecordingSink sink = new RecordingSink();
    private FileOverrides overrides;
    private OverrideStatusFiles statuses;
    private ManifestSource source;

    /** What the source has asked for so far. */
    private static final class RecordingSink implements PoolSink {
        final Map<PoolId, PoolSpec> wanted = new ConcurrentHashMap<>();
        final Map<PoolId, List<String>> problems = new ConcurrentHashMap<>();
        final List<PoolId> removed = new CopyOnWriteArrayList<>();

        @Override
        public void upsert(PoolSpec spec) {
            wanted.put(spec.id(), spec);
        }

        @Override
        public void remove(PoolId pool) {
            removed.add(pool);
            wanted.remove(pool);
            problems.remove(pool);
        }

        @Override
        public void problems(PoolId pool, List<String> found) {
            problems.put(pool, found);
        }

        int weight(PoolId pool) {
            PoolSpec spec = wanted.get(pool);
            return spec == null ? -1 : spec.groups().getFirst().weight();
        }
    }

    @BeforeEach
    void prepare() {
        ManifestValidator validator = new ManifestValidator();
        statuses = new OverrideStatusFiles(List.of(directory), new StatusDocuments(), Clock.systemUTC());
        overrides = new FileOverrides(statuses);
        source = new ManifestSource(List.of(directory), files -> validator.check(files), overrides);
    }

    @AfterEach
    void stop() {
        source.close();
        statuses.close();
    }

    private static String manifest(String name, int port, int weight) {
        return """
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPool
                metadata:
                  name: %s
                spec:
                  listeners:
                  - {name: http, port: %d}
                  backends:
                  - name: one
                    weight: %d
                    addresses: ["127.0.0.1:9000"]
                """.formatted(name, port, weight);
    }

    @Test
    void overrides_besideThePools_comeAndGoWithTheirDocuments() throws IOException {
        Set<PoolId> told = ConcurrentHashMap.newKeySet();
        overrides.onChange(told::add);
        write("a.yaml", manifest("a", 8001, 1));
        Path file = write("tonight.yaml", override("drain: true"));
        source.start(sink);
        assertThat(overrides.of(A)).singleElement().satisfies(found -> {
            assertThat(found.name()).isEqualTo("tonight");
            assertThat(found.override().drain()).isTrue();
        });
        assertThat(told).containsExactly(A);
        assertThat(overrides.of(B)).isEmpty();

        write("tonight.yaml", override("weight: 5"));
        eventually(() -> assertThat(overrides.of(A))
                .singleElement()
                .satisfies(found -> assertThat(found.override().weight()).isEqualTo(5)));

        Files.delete(file);
        eventually(() -> assertThat(overrides.of(A)).isEmpty());
        assertThat(sink.weight(A)).isEqualTo(1);
    }

    private static String override(String effect) {
        return """
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPoolOverride
                metadata: {name: tonight}
                spec: {pool: a, group: one, %s}
                """.formatted(effect);
    }

    private Path write(String file, String text) throws IOException {
        return Files.writeString(directory.resolve(file), text);
    }

    private List<String> problems() {
        return source.problems().stream().map(Problem::toString).toList();
    }

    private static void eventually(ThrowingRunnable assertion) {
        await().atMost(Duration.ofSeconds(10)).untilAsserted(assertion);
    }

    @Test
    void start_ofFolder_runsTheGoodOnesAndNamesTheBad() throws IOException {
        write("a.yaml", manifest("a", 8001, 1));
        write("bad.yaml", manifest("b", 70_000, 1));
        write("notes.txt", "no manifest");
        write("a.yaml" + ManifestFiles.STATUS_SUFFIX, "status: {}");

        source.start(sink);

        assertThat(sink.wanted).containsOnlyKeys(A);
        assertThat(problems()).singleElement().asString().contains("bad.yaml:7", "spec.listeners[0].port", "70000");
    }

    @Test
    void edit_ofGoodToGood_isFollowed() throws IOException {
        write("a.yaml", manifest("a", 8001, 1));
        source.start(sink);

        write("a.yaml", manifest("a", 8001, 2));

        eventually(() -> assertThat(sink.weight(A)).isEqualTo(2));
    }

    @Test
    void edit_byRename_isFollowed() throws IOException {
        write("a.yaml", manifest("a", 8001, 1));
        source.start(sink);

        Path next = write(".a.yaml.swp", manifest("a", 8001, 3));
        Files.move(next, directory.resolve("a.yaml"), StandardCopyOption.REPLACE_EXISTING);

        eventually(() -> assertThat(sink.weight(A)).isEqualTo(3));
    }

    @Test
    void edit_ofGoodToBad_keepsTheLastGoodAndSaysWhere() throws IOException {
        write("a.yaml", manifest("a", 8001, 1));
        source.start(sink);

        write("a.yaml", manifest("a", 8001, -1));

        eventually(() ->
                assertThat(sink.problems.get(A)).singleElement().asString().contains("a.yaml:", "weight", "-1"));
        assertThat(sink.weight(A)).isEqualTo(1);

        write("a.yaml", manifest("a", 8001, 5));
        eventually(() -> assertThat(sink.problems.get(A)).isEmpty());
        assertThat(sink.weight(A)).isEqualTo(5);
    }

    /** As an editor does that truncates the file, writes it in parts, and is interrupted in between. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.2, 0.5, 0.9})
    void edit_halfWritten_keepsTheLastGoodUntilItIsWhole(double part) throws IOException {
        write("a.yaml", manifest("a", 8001, 1));
        source.start(sink);
        String next = manifest("a", 8001, 4);

        write("a.yaml", next.substring(0, (int) (next.length() * part)));
        eventually(() -> assertThat(sink.problems.get(A)).isNotEmpty());
        assertThat(sink.weight(A)).isEqualTo(1);

        write("a.yaml", next);
        eventually(() -> assertThat(sink.weight(A)).isEqualTo(4));
        eventually(() -> assertThat(sink.problems.get(A)).isEmpty());
        assertThat(sink.removed).isEmpty();
    }

    @Test
    void edit_toNoYaml_keepsTheLastGood() throws IOException {
        write("a.yaml", manifest("a", 8001, 1));
        source.start(sink);

        write("a.yaml", "apiVersion: [unclosed\n\tspec");

        eventually(() -> assertThat(sink.problems.get(A)).isNotEmpty());
        assertThat(sink.weight(A)).isEqualTo(1);
    }

    @Test
    void delete_ofTheFile_keepsThePoolAndSaysHowToStopIt() throws IOException {
        Path file = write("a.yaml", manifest("a", 8001, 1));
        source.start(sink);

        Files.delete(file);

        eventually(() -> assertThat(sink.problems.get(A))
                .singleElement()
                .asString()
                .contains("a.yaml", "deleted", "the pool goes on", "to stop it"));
        assertThat(sink.wanted).containsKey(A);

        write("a.yaml", manifest("a", 8001, 4));
        eventually(() -> assertThat(sink.weight(A)).isEqualTo(4));
        eventually(() -> assertThat(sink.problems.get(A)).isEmpty());
    }

    @Test
    void removal_ofTheDocumentFromAGoodFile_removesThePool() throws IOException {
        write("both.yaml", manifest("a", 8001, 1) + "---\n" + manifest("b", 8002, 1));
        source.start(sink);
        assertThat(sink.wanted).containsOnlyKeys(A, B);

        write("both.yaml", manifest("b", 8002, 1));

        eventually(() -> assertThat(sink.wanted).containsOnlyKeys(B));
    }

    @Test
    void pool_inTwoFiles_isAProblemAndTheRunningOneStays() throws IOException {
        write("b.yaml", manifest("a", 8001, 1));
        source.start(sink);

        write("a.yaml", manifest("a", 8001, 9));

        eventually(() ->
                assertThat(problems()).anySatisfy(problem -> assertThat(problem).contains("a.yaml", "b.yaml")));
        assertThat(sink.weight(A)).isEqualTo(1);
    }

    @Test
    void port_ofTwoPools_isAProblemNamingBoth() throws IOException {
        write("a.yaml", manifest("a", 8001, 1));
        write("b.yaml", manifest("b", 8001, 1));

        source.start(sink);

        assertThat(sink.wanted).containsOnlyKeys(A);
        assertThat(problems())
                .singleElement()
                .asString()
                .contains("b.yaml:7", "spec.listeners[0].port: 8001", "default/a", "default/b");
    }

    @Test
    void service_isAProblemThatSaysWhatToUse() throws IOException {
        write(
                "a.yaml",
                manifest("a", 8001, 1).replace("addresses: [\"127.0.0.1:9000\"]", "service: {name: web, port: 80}"));

        source.start(sink);

        assertThat(sink.wanted).isEmpty();
        assertThat(problems()).singleElement().asString().contains("a.yaml:", "spec.backends[0].service", "addresses");
    }

    @Test
    void stop_endsTheCalls() throws IOException {
        write("a.yaml", manifest("a", 8001, 1));
        source.start(sink);
        source.close();
        List<PoolId> before = new ArrayList<>(sink.wanted.keySet());

        write("b.yaml", manifest("b", 8002, 1));

        await().during(Duration.ofMillis(1500))
                .untilAsserted(() -> assertThat(sink.wanted.keySet()).hasSameElementsAs(before));
    }

    @Test
    void override_ofAPoolThatIsNotThere_saysSoUntilItIs() throws IOException {
        write("a.yaml", manifest("a", 8001, 1));
        write("tonight.yaml", override("drain: true").replace("pool: a", "pool: b"));

        source.start(sink);

        assertThat(source.everyProblem())
                .extracting(Problem::toString)
                .containsExactly(
                        directory.resolve("tonight.yaml") + ":1: override tonight: there is no pool default/b");
        assertThat(problems()).as("the manifests are good").isEmpty();
        write("b.yaml", manifest("b", 8002, 1));
        eventually(() -> assertThat(source.everyProblem()).isEmpty());
    }
}
