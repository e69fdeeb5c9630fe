package io.backendpool.operator.standalone;

import io.backendpool.pool.GatewayDuration;
import io.backendpool.pool.PoolId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How proxies are started on this host.
 *
 * @param program the program and its own arguments: {@code java FLAGS -jar PROXY}
 * @param control where the operator listens, {@code HOST:PORT}
 * @param controlCa whom the proxy trusts there
 * @param bind the address of the pools' listeners
 */
record ProxyLaunch(List<String> program, String control, Path controlCa, String bind) {
    /** Requests under way may take this long at most when a proxy is stopped; Ctrl-C must end within 5 s. */
    private static final Duration LONGEST_STOP = Duration.ofSeconds(3);

    ProxyLaunch {
        program = List.copyOf(program);
    }

    /**
     * The proxy's jar, run by the JDK that runs the operator.
     *
     * @param aotCache what the JVM has learned of it in a training run; null: nothing
     */
    static List<String> java(Path jar, @Nullable Path aotCache) {
        List<String> program = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms64m",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
        if (aotCache != null) {
            // Where it does not fit, the proxy says so itself.
            program.addAll(List.of("-Xlog:aot*=off", "-XX:AOTCache=" + aotCache));
        }
        program.addAll(List.of("-jar", jar.toString()));
        return program;
    }

    /**
     * The command line for the proxy of {@code pool}. It holds no secret: anybody on the host can read it.
     *
     * @param grace what a listener or a backend that leaves the pool gives what is under way; the proxy that stops, too, but
     *     no more than 3 s
     */
    List<String> command(PoolId pool, Duration grace, Path directory, Path tokenFile) {
        List<String> command = new ArrayList<>();
        // In a session of its own, so that Ctrl-C reaches the operator alone, which then stops things in order; and so
        // that a proxy outlives the terminal when the operator is killed. setsid execs, so the pid is the proxy's.
        Path setsid = Path.of("/usr/bin/setsid");
        if (Files.isExecutable(setsid)) {
            command.add(setsid.toString());
        }
        command.addAll(program);
        command.addAll(List.of(
                "--pool",
                pool.toString(),
                "--name",
                pool.name() + "-0",
                "--control",
                control,
                "--control-ca",
                controlCa.toString(),
                "--token-file",
                tokenFile.toString(),
                "--state-dir",
                StateDirectory.proxyState(directory).toString(),
                "--admin",
                "127.0.0.1:0",
                "--bind",
                bind,
                "--drain-deadline",
                GatewayDuration.format(grace),
                "--stop-deadline",
                GatewayDuration.format(grace.compareTo(LONGEST_STOP) < 0 ? grace : LONGEST_STOP)));
        return command;
    }
}
