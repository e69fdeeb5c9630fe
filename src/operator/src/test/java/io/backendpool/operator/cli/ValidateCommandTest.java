package io.backendpool.operator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class ValidateCommandTest {
    private static final String POOL = """
            apiVersion: backendpool.io/v1alpha1
            kind: BackendPool
            metadata: {name: web}
            spec:
              listeners: [{name: http, port: 8080}]
              backends: [{name: stable, addresses: ["127.0.0.1:9001"]}]
            """;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder = Path.of("");

    @BeforeEach
    void writeManifests() throws IOException {
        Files.writeString(folder.resolve("good.yaml"), POOL + "---\n{apiVersion: v1, kind: Service}\n");
    }

    private int run(String... arguments) {
        return new CommandLine(new ValidateCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private String shown() {
        return out.toString().replace(folder + "/", "");
    }

    @Test
    void validate_goodPools_exitsWithZero() {
        assertThat(run(folder.toString())).isZero();
        assertThat(shown()).isEqualToNormalizingNewlines("1 pool valid, 1 document of other kinds skipped\n");
    }

    @Test
    void validate_problems_areListedAndCounted() throws IOException {
        Files.writeString(folder.resolve("bad.yaml"), POOL.replace("8080", "0").replace("name: web", "name: bad"));

        assertThat(run(folder.toString())).isEqualTo(1);
        assertThat(shown()).isEqualToNormalizingNewlines("""
                        bad.yaml:5: spec.listeners[0].port: 0 (expected: 1 to 65,535)
                        1 pool valid, 1 problem in 1 file, 1 document of other kinds skipped
                        """);
    }

    @Test
    void validate_missingPath_isAProblem() {
        assertThat(run(folder.resolve("gone").toString())).isEqualTo(1);
        assertThat(shown()).startsWith("gone:1: cannot be read: no such file or folder");
    }

    @Test
    void validate_json_isForPipelines() throws IOException {
        Files.writeString(folder.resolve("bad.yaml"), "[");

        assertThat(run("-o", "json", folder.toString())).isEqualTo(1);
        JsonNode json = JsonMapper.builder().build().readTree(out.toString());
        assertThat(json.at("/pools/0/name").textValue()).isEqualTo("web");
        assertThat(json.at("/pools/0/namespace").textValue()).isEqualTo("default");
        assertThat(json.at("/problems/0/line").intValue()).isPositive();
        assertThat(json.at("/problems/0/message").textValue()).startsWith("not YAML: ");
        assertThat(json.at("/otherDocuments").intValue()).isEqualTo(1);
    }

    @Test
    void validate_wrongUsage_exitsWithTwo() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("-o", "xml", folder.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("Missing required parameter").contains("xml");
    }
}
