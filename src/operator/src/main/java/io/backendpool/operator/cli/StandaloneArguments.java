package io.backendpool.operator.cli;

import io.backendpool.operator.standalone.Prelude;
import io.backendpool.operator.standalone.Standalone;
import io.backendpool.operator.standalone.StandaloneOptions;
import io.backendpool.operator.standalone.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that {@code run} and {@code demo} share, and how both run the operator. */
final class StandaloneArguments {
    private static final int OK = 0;
    private static final int FAILED = 1;
    /** Proxies get 3.5 s to drain; the rest is quick. */
    private static final Duration STOP_PATIENCE = Duration.ofMillis(4_800);

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "Where certificates, revisions and the proxies' last known good pools are kept. Default: a"
                    + " folder for these manifests under $XDG_STATE_HOME or ~/.local/state.")
    private @Nullable Path stateDirectory;

    @Option(
            names = "--secrets",
            paramLabel = "DIR",
            description =
                    "Where the Secrets that manifests refer to are, each a folder with tls.crt and tls.key, or ca.crt."
                            + " Watched like the manifests. Default: the folder `secrets` beside each manifest.")
    private @Nullable Path secrets;

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
        String cache = System.getProperty("backendpool.proxy.aot");
        Path state = stateDirectory != null ? stateDirectory : StateDirectory.defaultFor(manifests, System.getenv());
        StandaloneOptions options = new StandaloneOptions(
                manifests,
                secrets == null
                        ? StandaloneOptions.secretsBeside(manifests)
                        : List.of(secrets.toAbsolutePath().normalize()),
                state.toAbsolutePath(),
                bind,
                StandaloneOptions.proxyProgram(Path.of(jar), cache == null ? null : Path.of(cache)),
                plain);
        StopSignal signal = StopSignal.install(STOP_PATIENCE);
        try {
            Standalone standalone = Standalone.start(options, prelude, System.out, Clock.systemUTC());
            try {
                // A hundred years are until Ctrl-C.
                signal.await(Objects.requireNonNullElse(time, Duration.ofDays(36_500)));
            } finally {
                standalone.close();
            }
            return OK;
        } catch (IOException cannotRun) {
            System.err.println(cannotRun.getMessage());
            return FAILED;
        } finally {
            signal.stopped();
        }
    }
}
