package io.backendpool.operator.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The two built programs, started as processes of their own. */
final class Programs {
    static final Path OPERATOR = Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    static final Path PROXY = Path.of("../proxy/target/proxy-app/backendpool-proxy.jar")
            .toAbsolutePath()
            .normalize();

    private Programs() {}

    /** Why there is nothing to run; empty: both are built. */
    static String missing() {
        if (!Files.exists(OPERATOR)) {
            return "the operator is not built (expected: " + OPERATOR + ")";
        }
        return Files.exists(PROXY) ? "" : "the proxy is not built (expected: " + PROXY + ")";
    }

    static Process start(Path jar, List<String> arguments, Map<String, String> environment, Path log)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx192m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                jar.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        return builder.start();
    }

    static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(15, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException hurried) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
