package io.backendpool.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The operator in standalone mode as a process, on one manifest in a folder of its own. One thread. */
final class Standalone {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    final Path manifest;
    private final Path directory;
    private final Path state;
    private final Path output;
    private @Nullable Process operator;

    Standalone(Path directory) {
        this.directory = directory;
        this.manifest = directory.resolve("pool.yaml");
        this.state = directory.resolve("state");
        this.output = directory.resolve("operator.log");
    }

    /** Writes the manifest in place, as most editors do. */
    void write(String yaml) throws IOException {
        Files.writeString(manifest, yaml);
    }

    void start() throws IOException {
        operator = run(output, "run", manifest.toString(), "--state-dir", state.toString(), "--plain");
    }

    /** The built command line as a process, its output appended to {@code output}. */
    static Process run(Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dbackendpool.proxy.jar=" + Objects.requireNonNull(System.getProperty("backendpool.proxy.jar")),
                "-jar",
                Objects.requireNonNull(System.getProperty("backendpool.operator.jar"))));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
    }

    boolean isRunning() {
        return operator != null && operator.isAlive();
    }

    Process operator() {
        return Objects.requireNonNull(operator);
    }

    /** Where the proxy says which admin port it has. */
    Path adminPort() {
        return state.resolve("pools/default_colours/state/admin.port");
    }

    /** The admin page {@code /pool} of its proxy. */
    @SuppressWarnings("unchecked") // JSON is YAML, and its objects are maps of strings
    Map<String, Object> page() throws IOException {
        int admin = Integer.parseInt(Files.readString(adminPort()).strip());
        String json = HttpConnection.once(admin, "/pool").body();
        return (Map<String, Object>) new Load(LoadSettings.builder().build()).loadFromString(json);
    }

    /** Kills the operator as a crash would; its proxies go on. */
    void kill() throws InterruptedException {
        operator().destroyForcibly().waitFor();
    }

    /** Ends the operator as Ctrl-C does and returns its exit code. */
    int stop() throws InterruptedException {
        operator().destroy();
        if (!operator().waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("the operator did not end within 30 s of SIGTERM\n" + log());
        }
        return operator().exitValue();
    }

    /** The processes of this operator's proxies, whoever started them. */
    List<ProcessHandle> proxies() {
        return ProcessHandle.allProcesses().filter(this::isProxyOfThis).toList();
    }

    private boolean isProxyOfThis(ProcessHandle process) {
        List<String> arguments = process.info().arguments().map(List::of).orElse(List.of());
        return arguments.contains("--token-file")
                && arguments.stream().anyMatch(argument -> argument.startsWith(state.toString()));
    }

    String log() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            return "no log: " + e;
        }
    }

    /** {@code status:} of the status file, empty while there is none. */
    @SuppressWarnings("unchecked") // YAML mappings are maps of strings here
    Map<String, Object> status() {
        Path file = directory.resolve("pool.yaml.status.yaml");
        if (!Files.exists(file)) {
            return Map.of();
        }
        try {
            Object document = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
            Object status = ((Map<String, Object>) document).get("status");
            return status == null ? Map.of() : (Map<String, Object>) status;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The entry of {@code status.backends} with this address. */
    @SuppressWarnings("unchecked") // YAML mappings are maps of strings here
    Map<String, Object> backend(String address) {
        List<Map<String, Object>> backends = (List<Map<String, Object>>) status().getOrDefault("backends", List.of());
        return backends.stream()
                .filter(backend -> address.equals(backend.get("address")))
                .findFirst()
                .orElse(Map.of());
    }

    /** {@code True}, {@code False} or {@code Unknown}; empty while the condition is not there. */
    @SuppressWarnings("unchecked") // YAML mappings are maps of strings here
    Map<String, Object> condition(String type) {
        List<Map<String, Object>> conditions =
                (List<Map<String, Object>>) status().getOrDefault("conditions", List.of());
        return conditions.stream()
                .filter(condition -> type.equals(condition.get("type")))
                .findFirst()
                .orElse(Map.of());
    }

    @SuppressWarnings("unchecked") // YAML mappings are maps of strings here
    Map<String, Object> section(String name) {
        return (Map<String, Object>) status().getOrDefault(name, Map.of());
    }

    long revision() {
        return ((Number) status().getOrDefault("revision", 0)).longValue();
    }

    void awaitReady() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(operator().isAlive()).as("the operator runs\n%s", log()).isTrue();
            assertThat(condition("Ready").get("status"))
                    .as("Ready of %s\n%s", status(), log())
                    .isEqualTo("True");
        });
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    void close() throws InterruptedException {
        if (isRunning()) {
            stop();
        }
        proxies().forEach(ProcessHandle::destroyForcibly);
    }
}
