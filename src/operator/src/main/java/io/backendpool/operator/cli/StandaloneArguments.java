package io.backendpool.operator.cli;

import io.backendpool.operator.standalone.Prelude;
import io.backendpool.operator.standalone.Standalone;
import io.backendpool.operator.standalone.StandaloneOptions;
import io.backendpool.operator.standalone.StateDirectory;
import io.quarkus.runtime.Quarkus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that {@code run} and {@code demo} share, and how both run the operator. */
final class StandaloneArguments {
    private static final int OK = 0;
    private static final int FAILED = 1;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "Where certificates, revisions and the proxies' last known good pools are kept. Default: a"
                    + " folder for these manifests under $XDG_STATE_HOME or ~/.local/state.")
    private @Nullable Path stateDirectory;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "Stop after this time, such as 30s or 5m. Default: run until Ctrl-C.")
    private @Nullable Duration time;

    @Option(names = "--plain", description = "A line for each change instead of a table, even on a terminal.")
    private boolean plain;

    /** Runs {@code manifests} until Ctrl-C or the end of --for; the result is the exit code. */
    int run(List<Path> manifests, String bind, Prelude prelude) {
        String jar = System.getProperty("backendpool.proxy.jar", "");
        if (jar.isEmpty() || !Files.isRegularFile(Path.of(jar))) {
            System.err.println("backendpool.proxy.jar: \"" + jar + "\" (expected: the proxy's jar; start with"
                    + " ./backendpool, which builds it)");
            return FAILED;
        }
        Path state = stateDirectory != null ? stateDirectory : StateDirectory.defaultFor(manifests, System.getenv());
        StandaloneOptions options = new StandaloneOptions(
                manifests, state.toAbsolutePath(), bind, StandaloneOptions.proxyProgram(Path.of(jar)), plain);
        CountDownLatch signal = signal();
        Standalone standalone;
        try {
            standalone = Standalone.start(options, prelude, System.out, Clock.systemUTC());
        } catch (IOException cannotRun) {
            System.err.println(cannotRun.getMessage());
            return FAILED;
        }
        awaitEnd(signal);
        standalone.close();
        return OK;
    }

    /** Opens on SIGINT and SIGTERM. Quarkus then waits for the command to return before the JVM goes. */
    private static CountDownLatch signal() {
        CountDownLatch latch = new CountDownLatch(1);
        Thread.ofPlatform().daemon().name("signals").start(() -> {
            Quarkus.waitForExit();
            latch.countDown();
        });
        return latch;
    }

    private void awaitEnd(CountDownLatch signal) {
        try {
            // A hundred years are until Ctrl-C.
            Duration patience = Objects.requireNonNullElse(time, Duration.ofDays(36_500));
            var unused = signal.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
