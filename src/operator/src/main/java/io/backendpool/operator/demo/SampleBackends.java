package io.backendpool.operator.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Sample backends as processes of this host. They end with {@link #close}, and by themselves when this process dies. */
public final class SampleBackends implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final List<Running> running = new ArrayList<>();

    /**
     * One that runs.
     *
     * @param name what it answers
     * @param host where it listens
     * @param port where it listens
     * @param process its process
     */
    public record Running(String name, String host, int port, Process process) {}

    /**
     * Starts one; {@link #awaitReady} waits until it answers.
     *
     * @param classes the jar or folder that {@link SampleBackend} is in
     */
    public void start(Path classes, String name, String host, int port) throws IOException {
        List<String> command = new ArrayList<>();
        // Ctrl-C is for the one who started them: they are stopped after the proxies, not with them.
        Path setsid = Path.of("/usr/bin/setsid");
        if (Files.isExecutable(setsid)) {
            command.add(setsid.toString());
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes.toString(),
                SampleBackend.class.getName(),
                name,
                host,
                Integer.toString(port)));
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        running.add(new Running(name, host, port, process));
    }

    /** Those that were started, in their order. */
    public List<Running> running() {
        return List.copyOf(running);
    }

    /**
     * Waits until all accept connections.
     *
     * @throws IOException one of them has ended or does not answer
     */
    public void awaitReady() throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (Running backend : running) {
            while (!accepts(backend)) {
                if (!backend.process().isAlive() || System.nanoTime() > deadline) {
                    throw new IOException(
                            "sample backend %s on port %d: does not start".formatted(backend.name(), backend.port()));
                }
                try {
                    TimeUnit.MILLISECONDS.sleep(20);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted while the sample backends start", interrupted);
                }
            }
        }
    }

    private static boolean accepts(Running backend) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(backend.host(), backend.port()), 200);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Ends them all; they hold nothing that needs care. */
    @Override
    public void close() {
        running.forEach(backend -> backend.process().destroy());
        for (Running backend : running) {
            try {
                if (!backend.process().waitFor(500, TimeUnit.MILLISECONDS)) {
                    backend.process().destroyForcibly();
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
