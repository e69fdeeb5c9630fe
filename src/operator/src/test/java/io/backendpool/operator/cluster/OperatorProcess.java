package io.backendpool.operator.cluster;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The built operator as a process, for the pools of one namespace; it listens on loopback. Any thread. */
final class OperatorProcess implements AutoCloseable {
    /** As the Dockerfile starts it, in a container of 512 MiB with one CPU or less. */
    static final List<String> AS_IN_THE_IMAGE =
            List.of("-XX:MaxRAM=512m", "-XX:MaxRAMPercentage=60", "-XX:+UseSerialGC", "-XX:-UsePerfData");

    private final String identity;
    private final Process process;
    private final int controlPort;
    private final int adminPort;
    private final Path log;

    private OperatorProcess(String identity, Process process, int controlPort, int adminPort, Path log) {
        this.identity = identity;
        this.process = process;
        this.controlPort = controlPort;
        this.adminPort = adminPort;
        this.log = log;
    }

    /** Starts it, and waits until it answers. */
    static OperatorProcess start(
            TestNamespace namespace, Path directory, String identity, int controlPort, List<String> jvm, String... more)
            throws IOException {
        int adminPort = ClusterScenario.free();
        List<String> arguments = new ArrayList<>(List.of(
                "operate",
                "--watch-namespaces=" + namespace.name,
                "--namespace=" + namespace.name,
                "--identity=" + identity,
                "--bind=127.0.0.1",
                "--control-port=" + controlPort,
                "--control-name=127.0.0.1",
                "--admin-port=" + adminPort));
        arguments.addAll(List.of(more));
        Path log = directory.resolve("operator-" + identity + ".log");
        Process process = Programs.start(
                jvm,
                Programs.OPERATOR,
                arguments,
                Map.of(
                        "KUBECONFIG",
                        namespace
                                .server
                                .writeKubeconfig(directory)
                                .orElseThrow()
                                .toString()),
                log);
        OperatorProcess started = new OperatorProcess(identity, process, controlPort, adminPort, log);
        await("operator " + identity + " answers")
                .atMost(ClusterScenario.SOON)
                .ignoreExceptions()
                .until(() -> started.page("/live").equals("live\n"));
        return started;
    }

    /** Until it leads, and has read all that there is. */
    void awaitLeading() {
        await("operator " + identity + " leads")
                .atMost(ClusterScenario.SOON)
                .ignoreExceptions()
                .until(() -> page("/ready").equals("ready\n") && metric("backendpool_leader") == 1);
    }

    int controlPort() {
        return controlPort;
    }

    Path log() {
        return log;
    }

    /** Kills it, as a node that loses power does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    String page(String path) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    /** The sum of a metric over its labels. */
    double metric(String name) throws IOException, InterruptedException {
        return page("/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** What it has written so far, by method and resource; see {@link Writes}. */
    Map<String, Integer> writes() throws IOException, InterruptedException {
        return Writes.of(page("/metrics"));
    }

    /** Its resident memory; 0 where the system does not say. */
    long rssMiB() throws IOException {
        return Programs.rssMiB(process.pid());
    }

    @Override
    public void close() {
        Programs.end(process);
    }
}
