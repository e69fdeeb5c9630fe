package io.backendpool.operator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.operator.validate.ManifestCheck;
import io.backendpool.operator.validate.ManifestValidator;
import io.fabric8.kubernetes.api.model.DefaultKubernetesResourceList;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The verbs and the status of a standalone operator, by its files. */
final class OverrideCommandsTest {
    private static final String POOL = """
            apiVersion: backendpool.io/v1alpha1
            kind: BackendPool
            metadata: {name: web}
            spec:
              listeners: [{name: http, port: 8080}]
              backends: [{name: stable, addresses: ["127.0.0.1:9001"]}]
            """;
    private static final String STATUS = """
            apiVersion: backendpool.io/v1alpha1
            kind: BackendPool
            metadata: {namespace: default, name: web}
            status:
              revision: 3
              conditions: [{type: Ready, status: "True", reason: AllHealthy, message: 1/1 backends are healthy}]
              backends: [{group: stable, address: "127.0.0.1:9001", health: Healthy}]
            """;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder = Path.of("");

    private Path manifest = Path.of("");
    private Path overrides = Path.of("");

    @BeforeEach
    void writeFiles() throws IOException {
        manifest = Files.writeString(folder.resolve("pool.yaml"), POOL);
        Files.writeString(folder.resolve("pool.yaml.status.yaml"), STATUS);
        overrides = folder.resolve("pool.yaml.overrides.yaml");
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return CommandLines.configured(new CommandLine(new BackendPoolCommand()))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private String file() {
        return manifest.toString();
    }

    @Test
    void drain_writesAnOverrideThatIsValid_andUndrainTakesItBack() throws IOException {
        assertThat(run("drain", "127.0.0.1:9001", "--reason", "disk swap", "-f", file()))
                .as(err.toString())
                .isZero();
        assertThat(out).hasToString("default/web: stable/127.0.0.1:9001 drained\n");
        assertThat(Files.readString(overrides)).contains("drain: true", "reason: disk swap");
        ManifestCheck check = new ManifestValidator().check(List.of(manifest, overrides));
        assertThat(check.problems()).isEmpty();
        assertThat(check.overrides()).hasSize(1);

        assertThat(run("weight", "stable", "5", "--until", "30m", "-f", file())).isZero();
        assertThat(new ManifestValidator().check(List.of(overrides)).overrides())
                .hasSize(2);

        assertThat(run("undrain", "127.0.0.1:9001", "-f", file())).isZero();
        assertThat(run("undrain", "stable", "-f", folder.toString())).isZero();
        assertThat(overrides).doesNotExist();
        assertThat(run("undrain", "stable", "-f", file())).isEqualTo(1);
        assertThat(err).hasToString("default/web: no override of stable\n");
    }

    @Test
    void wrongWords_areOneSentenceEach() {
        assertThat(run("drain", "blue", "-f", file())).isEqualTo(1);
        assertThat(err)
                .hasToString("blue: no group and no backend of pool default/web (expected: one of [stable,"
                        + " stable/127.0.0.1:9001])\n");
        assertThat(run("drain", "stable", "--pool", "api", "-f", file())).isEqualTo(1);
        assertThat(err).hasToString("pool api: unknown (expected: one of [default/web])\n");
        assertThat(run("drain", "stable", "--until", "soon", "-f", file())).isEqualTo(2);
        assertThat(err.toString()).startsWith("--until: soon (expected: a duration such as 30m");
        assertThat(run("weight", "127.0.0.1:9001", "500", "-f", file())).isEqualTo(2);
        assertThat(err.toString()).startsWith("weight: 500 (expected: 0 to 100, in percent of a backend's share)");
        assertThat(run("status", "--state-dir", folder.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("no operator has run from it");
        assertThat(overrides).doesNotExist();
    }

    @Test
    void status_isATable_orTheDocument() {
        assertThat(run("status", "-f", file())).as(err.toString()).isZero();
        assertThat(out.toString()).startsWith("default/web  AllHealthy").contains("127.0.0.1:9001");
        assertThat(run("status", "web", "-o", "yaml", "-f", file())).isZero();
        assertThat(out.toString()).contains("kind: \"BackendPool\"", "revision: 3");
        assertThat(run("status", "-o", "json", "-f", file())).isZero();
        assertThat(out.toString()).contains("\"List\"", "\"AllHealthy\"");
    }

    @Test
    void status_whileTheManifestIsBad_showsWhatRunsAndWhatIsWrong_andVerbsGoOn() throws IOException {
        Files.writeString(manifest, POOL.replace("port: 8080", "port: 70000"));

        assertThat(run("status", "-f", file())).as(err.toString()).isZero();
        assertThat(out.toString())
                .startsWith("default/web  AllHealthy")
                .contains("127.0.0.1:9001")
                .contains("! " + manifest + ":5: spec.listeners[0].port: 70000 (expected: ");
        assertThat(run("drain", "127.0.0.1:9001", "-f", file()))
                .as(err.toString())
                .isZero();
        assertThat(run("undrain", "127.0.0.1:9001", "-f", folder.toString())).isZero();
        assertThat(run("weight", "stable", "5", "-f", file()))
                .as(err.toString())
                .isZero();

        Files.writeString(manifest, "kind: [");
        assertThat(run("status", "-f", file())).as(err.toString()).isZero();
        assertThat(out.toString()).startsWith("default/web  AllHealthy").contains("\n! " + manifest + ":");
        // Nothing runs that could be shown.
        Files.delete(folder.resolve("pool.yaml.status.yaml"));
        assertThat(run("status", "-f", file())).isEqualTo(1);
        assertThat(err.toString()).startsWith(manifest + ":");
    }

    /** A table has all on one page; a document is for programs, and what is wrong is beside it. */
    @ParameterizedTest
    @CsvSource({"table,true", "wide,true", "json,false", "yaml,false"})
    void status_ofFilesWithProblems_tellsOfEachOnceInAnyOutput(String output, boolean onThePage) throws IOException {
        Files.writeString(folder.resolve("broken.yaml"), "kind: [");
        Files.writeString(
                folder.resolve("refused.yaml"),
                POOL.replace("name: web", "name: api").replace("port: 8080", "port: 70000"));
        Files.writeString(overrides, """
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPoolOverride
                metadata: {name: lost}
                spec: {pool: nowhere, group: stable, drain: true}
                """);

        assertThat(run("status", "-o", output, "-f", folder.toString()))
                .as(err.toString())
                .isZero();

        List<String> problems = (onThePage ? out : err)
                .toString()
                .lines()
                .map(line -> onThePage ? line.startsWith("! ") ? line.substring(2) : "" : line)
                .filter(line -> !line.isEmpty())
                .toList();
        assertThat(problems).hasSize(3);
        assertThat(problems.get(0)).startsWith(folder.resolve("broken.yaml") + ":2: not YAML: ");
        assertThat(problems.get(1))
                .startsWith(folder.resolve("refused.yaml") + ":5: spec.listeners[0].port: 70000 (expected: ");
        assertThat(problems.get(2)).isEqualTo(overrides + ":1: override lost: there is no pool default/nowhere");
        if (onThePage) {
            assertThat(err).hasToString("");
        } else {
            List<?> items = Serialization.unmarshal(out.toString(), DefaultKubernetesResourceList.class)
                    .getItems();
            assertThat(items).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"table", "wide", "json", "yaml"})
    void status_ofNothingThatRuns_namesEveryProblem_andFailsInAnyOutput(String output) throws IOException {
        Files.delete(folder.resolve("pool.yaml.status.yaml"));
        Files.writeString(manifest, POOL.replace("port: 8080", "port: 70000"));
        Files.writeString(folder.resolve("broken.yaml"), "kind: [");

        assertThat(run("status", "-o", output, "-f", folder.toString())).isEqualTo(1);

        assertThat(out).hasToString("");
        assertThat(err.toString().lines())
                .satisfiesExactly(
                        broken -> assertThat(broken).startsWith(folder.resolve("broken.yaml") + ":2: not YAML: "),
                        refused -> assertThat(refused).startsWith(manifest + ":5: spec.listeners[0].port: 70000"));
    }

    /** The document says it too, but nobody looks for it there. */
    @Test
    void status_ofAProblemThatThePoolsStatusHas_isOnTheTableOnce_andBesideADocument() throws IOException {
        Files.writeString(manifest, "kind: [");
        assertThat(run("status", "-o", "json", "-f", file())).isZero();
        String problem = err.toString().strip();
        Files.writeString(
                folder.resolve("pool.yaml.status.yaml"),
                STATUS.replace(
                        "conditions: [",
                        "conditions: [{type: Accepted, status: \"False\", reason: Invalid, message: '%s'}, "
                                .formatted(problem.replace("'", "''"))));

        assertThat(run("status", "-f", file())).isZero();
        assertThat(out.toString()).containsOnlyOnce(problem).doesNotContain("\n! ");
        assertThat(run("status", "-o", "json", "-f", file())).isZero();
        assertThat(err).hasToString(problem + "\n");
    }

    @Test
    void status_ofAnOverrideWithoutItsPool_saysSo() throws IOException {
        Files.writeString(overrides, """
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPoolOverride
                metadata: {name: lost}
                spec: {pool: nowhere, group: stable, drain: true}
                """);
        for (String where : new String[] {file(), folder.toString()}) {
            assertThat(run("status", "-f", where)).as(err.toString()).isZero();
            assertThat(out.toString())
                    .contains("! " + overrides + ":1: override lost: there is no pool default/nowhere");
        }
    }

    private static String override(String name, String pool) {
        return """
                ---
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPoolOverride
                metadata: {name: %s}
                spec: {pool: %s, group: stable, drain: true}
                """.formatted(name, pool);
    }

    private static String overrideStatus(String name, boolean active, String message) {
        return """
                ---
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPoolOverride
                metadata: {namespace: default, name: %s}
                status:
                  conditions:
                  - {type: Accepted, status: "True", reason: Any, message: "%3$s"}
                  - {type: Active, status: "%2$s", reason: Any, message: "%3$s"}
                """.formatted(name, active ? "True" : "False", message);
    }

    /** As the operator that runs has said it in their status: here in a file of theirs and in the pool's. */
    @Test
    void status_ofOverridesThatTrafficDoesNotFollow_tellsOfThem_andOfAPoolOfItsOwn() throws IOException {
        Files.writeString(
                folder.resolve("other.yaml"),
                POOL.replace("name: web", "name: other") + override("elsewhere", "other"));
        Files.writeString(
                folder.resolve("other.yaml.status.yaml"),
                STATUS.replace("name: web", "name: other")
                        + overrideStatus("elsewhere", false, "group stable has no backend 127.0.0.1:1 now"));
        Files.writeString(overrides, override("ended", "web") + override("followed", "web") + override("new", "web"));
        Files.writeString(
                folder.resolve("pool.yaml.overrides.yaml.status.yaml"),
                overrideStatus("ended", false, "expired at 2026-01-31T06:00:00Z")
                        + overrideStatus("followed", true, "stable is drained"));

        assertThat(run("status", "-f", folder.toString())).as(err.toString()).isZero();
        assertThat(out.toString().lines().filter(line -> line.startsWith("! ")))
                .satisfiesExactly(
                        elsewhere -> assertThat(elsewhere)
                                .startsWith("! " + folder.resolve("other.yaml") + ":")
                                .endsWith(": override elsewhere: group stable has no backend 127.0.0.1:1 now"),
                        ended -> assertThat(ended)
                                .startsWith("! " + overrides + ":")
                                .endsWith(": override ended: expired at 2026-01-31T06:00:00Z"));
        assertThat(run("status", "web", "-o", "yaml", "-f", folder.toString())).isZero();
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .endsWith(": override ended: expired at 2026-01-31T06:00:00Z");
        assertThat(run("status", "-o", "json", "-n", "shop", "-f", folder.toString()))
                .isZero();
        assertThat(err).hasToString("");
    }
}
