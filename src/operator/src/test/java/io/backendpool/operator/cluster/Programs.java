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

    /** For a machine that runs many of them at once. */
    static final List<String> SMALL = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx192m");

    static Process start(List<String> jvm, Path jar, List<String> arguments, Map<String, String> environment, Path log)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-jar", jar.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        return builder.start();
    }

    /** Resident memory of a process, MiB; 0 where the system does not say. */
    static long rssMiB(long pid) throws IOException {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(0);
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
