package io.backendpool.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built command line, as a pipeline or a Deployment calls it: what it prints and the code that it exits with. */
class CommandLineIT {
    private static final String GOOD = """
            apiVersion: backendpool.io/v1alpha1
            kind: BackendPool
            metadata: {name: web}
            spec:
              listeners:
              - {name: http, port: %d}
              backends:
              - {name: stable, addresses: ["127.0.0.1:9"]}
            """;

    private record Result(int exitCode, String output) {}

    @Test
    void validate_ofAGoodAndABadFile_namesTheFieldAndExitsWith1(@TempDir Path directory) throws Exception {
        Path manifests = Files.createDirectory(directory.resolve("pools"));
        Files.writeString(manifests.resolve("good.yaml"), GOOD.formatted(8080));
        assertThat(run(directory, "validate", manifests.toString())).returns(0, Result::exitCode);

        Files.writeString(manifests.resolve("bad.yaml"), GOOD.formatted(70_000).replace("name: web", "name: other"));
        Result refused = run(directory, "validate", manifests.toString());
        assertThat(refused.exitCode()).as(refused.output()).isEqualTo(1);
        assertThat(refused.output())
                .containsPattern("bad\\.yaml:6: spec\\.listeners\\[0]\\.port: 70000 \\(expected: .*65,?535\\)")
                .doesNotContain("good.yaml:");
    }

    @Test
    void run_onAPortThatIsTaken_namesThePort(@TempDir Path directory) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path manifest = directory.resolve("pool.yaml");
            Files.writeString(manifest, GOOD.formatted(taken.getLocalPort()));
            Result refused = run(
                    directory,
                    "run",
                    manifest.toString(),
                    "--bind",
                    "127.0.0.1",
                    "--for",
                    "5s",
                    "--state-dir",
                    directory.resolve("state").toString());
            assertThat(refused.output()).contains("port " + taken.getLocalPort());
        }
    }

    @Test
    void wrongUsage_isOneSentenceAndExitsWith2(@TempDir Path directory) throws Exception {
        Result refused = run(directory, "run");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.output()).contains("FILE").doesNotContain("Exception");
    }

    /** As the Deployment starts it, but where there is no API server: it says so, and goes on trying. */
    @Test
    void operate_withJsonLogs_writesLinesOfJson(@TempDir Path directory) throws Exception {
        Path output = directory.resolve("operate.log");
        Process process = Standalone.run(output, "operate", "--namespace", "nowhere", "--log-format", "json");
        try {
            await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
                assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
                assertThat(Files.readString(output))
                        .containsPattern(
                                "(?m)^\\{\"timestamp\":.*\"message\":\"[^\"]*lease nowhere/backendpool-operator");
            });
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static Result run(Path directory, String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "output", ".log");
        Process process = Standalone.run(output, arguments);
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("did not end\n" + Files.readString(output));
        }
        return new Result(process.exitValue(), Files.readString(output));
    }
}
