package io.backendpool.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.proxy.control.TestCertificate;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The proxy as the process that it is: signals, exit codes, log. */
final class ProxyProcessTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

    private final List<Process> processes = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final int port = Backends.freePort();
    private Path folder;
    private Path log;
    private Backends backends;

    @BeforeEach
    void prepare(@TempDir Path given) throws IOException {
        folder = given;
        log = folder.resolve("log");
        backends = new Backends(1);
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        backends.close();
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        client.close();
    }

    @Test
    void sigterm_drains_finishesWhatIsUnderWay_andExitsWith0() throws Exception {
        Process proxy = startReady("--drain-deadline=30s");
        CompletableFuture<HttpResponse<String>> slow =
                client.sendAsync(request(port, "/slow"), BodyHandlers.ofString());
        assertThat(backends.slowRequestArrives()).isTrue();

        proxy.destroy();
        await().atMost(LONG_ENOUGH)
                .untilAsserted(() -> assertThat(admin("/ready").statusCode()).isEqualTo(503));
        assertThat(admin("/live").statusCode()).isEqualTo(200);
        assertThat(proxy.isAlive()).isTrue();

        backends.letSlowOnesGo();
        assertThat(slow.get(10, TimeUnit.SECONDS).body()).isEqualTo("slow");
        assertThat(exitCode(proxy)).isZero();
        assertThat(log())
                .allMatch(line -> line.matches("[-0-9]{10}T[:0-9]{8}(\\.[0-9]+)?Z (INFO|WARN) .*"))
                .last()
                .asString()
                .endsWith(" INFO pool=shop/web stopped");
    }

    @Test
    void secondSignal_endsAtOnce() throws Exception {
        Process proxy = startReady("--drain-deadline=1h");
        try (Socket open = new Socket()) {
            open.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            OutputStream out = open.getOutputStream();
            out.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(backends.slowRequestArrives()).isTrue();
            proxy.destroy();
            await().atMost(LONG_ENOUGH)
                    .untilAsserted(
                            () -> assertThat(admin("/ready").statusCode()).isEqualTo(503));
            proxy.destroy();
            assertThat(exitCode(proxy)).isEqualTo(130);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--drain-deadline=200ms", "--drain-deadline=1h --stop-deadline=200ms"})
    void deadline_cutsWhatDoesNotEnd_andExitsWith0(String options) throws Exception {
        Process proxy = startReady(options.split(" "));
        CompletableFuture<HttpResponse<String>> slow =
                client.sendAsync(request(port, "/slow"), BodyHandlers.ofString());
        assertThat(backends.slowRequestArrives()).isTrue();
        proxy.destroy();
        assertThat(exitCode(proxy)).isZero();
        await().until(slow::isDone);
    }

    @Test
    void wrongOption_exitsWith2_andOneSentence() throws Exception {
        Process proxy = start("--event-loops=none");
        assertThat(exitCode(proxy)).isEqualTo(2);
        assertThat(log()).containsExactly("backendpool-proxy: --event-loops: none (expected: 1 to 1024)");
    }

    @Test
    void stateDirectoryThatCannotBe_exitsWith1_andOneSentence() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        Process proxy = start("--state-dir=" + file.resolve("state"));
        assertThat(exitCode(proxy)).isEqualTo(1);
        assertThat(log())
                .singleElement()
                .asString()
                .startsWith("backendpool-proxy: --state-dir: " + file.resolve("state")
                        + " (expected: a directory that can be written to)");
    }

    @Test
    void nameOfTheOperatorThatHasNoAddress_isALineOfTheLog_withoutAStack() throws Exception {
        startReady("--control=operator.invalid:8443");
        await().atMost(LONG_ENOUGH)
                .until(() -> log().stream().anyMatch(line -> line.contains("the name has no address")));
        assertThat(log()).allMatch(line -> line.matches("[-0-9]{10}T[:0-9]{8}(\\.[0-9]+)?Z (INFO|WARN) .*"));
    }

    private Process startReady(String... options) throws Exception {
        Process proxy = start(options);
        await().atMost(LONG_ENOUGH)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(admin("/ready").statusCode()).isEqualTo(200));
        return proxy;
    }

    private Process start(String... options) throws Exception {
        String option = options[0];
        // Without a CA it does not come to dial.
        String ca = option.startsWith("--control=")
                ? TestCertificate.authority(Instant.now().plus(Duration.ofDays(1)))
                        .pem()
                : "";
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                ProxyMain.class.getName(),
                "--pool=shop/web",
                "--name=proxy-1",
                "--control=127.0.0.1:" + Backends.freePort(),
                "--control-ca=" + Files.writeString(folder.resolve("ca.pem"), ca),
                "--token-file=" + Files.writeString(folder.resolve("token"), "secret"),
                "--bootstrap=" + Backends.bootstrap(folder, backends.pool(1, Backends.http(port))),
                "--admin=127.0.0.1:0",
                "--bind=127.0.0.1",
                "--event-loops=1",
                "--warm-up=0s"));
        if (!option.startsWith("--state-dir")) {
            command.add("--state-dir=" + folder.resolve("state"));
        }
        command.addAll(List.of(options));
        command.removeIf(given -> option.startsWith("--event-loops") && given.equals("--event-loops=1"));
        command.removeIf(given -> option.startsWith("--control=") && given.startsWith("--control=127.0.0.1:"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        processes.add(process);
        return process;
    }

    private List<String> log() throws IOException {
        return Files.readAllLines(log);
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(LONG_ENOUGH.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private HttpResponse<String> admin(String path) throws IOException, InterruptedException {
        int adminPort = Integer.parseInt(
                Files.readString(folder.resolve("state/admin.port")).strip());
        return client.send(request(adminPort, path), BodyHandlers.ofString());
    }

    private static HttpRequest request(int at, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + at + path))
                .timeout(Duration.ofSeconds(20))
                .build();
    }
}
