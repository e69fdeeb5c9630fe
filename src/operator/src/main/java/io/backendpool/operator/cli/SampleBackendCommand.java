package io.backendpool.operator.cli;

import com.sun.net.httpserver.HttpServer;
import io.backendpool.operator.demo.SampleBackend;
import io.quarkus.runtime.Quarkus;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code backendpool sample-backend}: brings back one that was killed in the demo. */
@Command(
        name = "sample-backend",
        hidden = true,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Runs one of the demo's backends until Ctrl-C: it answers with its name, and /healthz with 200.")
final class SampleBackendCommand implements Callable<Integer> {
    @Option(names = "--name", required = true, paramLabel = "NAME", description = "What it answers.")
    private String name = "";

    @Option(names = "--port", required = true, paramLabel = "PORT", description = "Where it listens, on loopback.")
    private int port;

    @Override
    public Integer call() {
        try {
            HttpServer server = SampleBackend.start(name, "127.0.0.1", port);
            System.out.printf("%s serves on 127.0.0.1:%d%n", name, port);
            Quarkus.waitForExit();
            server.stop(0);
            return 0;
        } catch (IOException taken) {
            System.err.printf("--port: %d (expected: a free port): %s%n", port, taken.getMessage());
            return 1;
        }
    }
}
