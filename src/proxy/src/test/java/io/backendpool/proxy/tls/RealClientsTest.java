package io.backendpool.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.backendpool.proxy.http.Proxy;
import io.backendpool.proxy.upstream.ProxyLimits;
import io.backendpool.proxy.warmup.FreePorts;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

/** Programs that users have, each where it is installed: curl with nghttp2, and h2load. */
class RealClientsTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("clients");
    private static final int LARGE = 3_000_000;

    /** What curl is told, the version that it says it speaks then, and the scheme. */
    static final List<Arguments> VERSIONS = List.of(
            Arguments.of("--http1.0", "1.1", "http"),
            Arguments.of("--http1.1", "1.1", "http"),
            Arguments.of("--http2-prior-knowledge", "2", "http"),
            Arguments.of("--http1.1", "1.1", "https"),
            Arguments.of("--http2", "2", "https"));

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    private Path directory;

    @SuppressWarnings("NullAway.Init") // by start
    private HttpServer backend;

    @SuppressWarnings("NullAway.Init") // by start
    private Proxy proxy;

    private int plain;
    private int secure;

    /** Answers with the length of the body that it got, and with as many bytes as the query says. */
    @BeforeEach
    void start() throws Exception {
        // h2load's 200 streams may each want a connection at the same moment; one that finds no room is tried again
        // after 1 s.
        backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        backend.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        backend.createContext("/", exchange -> {
            byte[] got = exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("X-Got", got.length + " " + Arrays.hashCode(got));
            String query = exchange.getRequestURI().getQuery();
            byte[] answer = query == null ? got : content(Integer.parseInt(query));
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(200, head || answer.length == 0 ? -1 : answer.length);
            if (!head) {
                exchange.getResponseBody().write(answer);
            }
            exchange.close();
        });
        backend.start();
        proxy = new Proxy(ProxyLimits.defaults(), null, 2, TlsEngine.best());
        proxy.publish(backend.getAddress().getPort());
        List<Integer> ports = FreePorts.next(2);
        plain = ports.getFirst();
        secure = ports.getLast();
        assertThat(proxy.apply(
                        List.of(Proxy.listener("http", plain), Proxy.https(secure, "web")),
                        List.of(AUTHORITY.ecdsa("shop.example").as("web"))))
                .isNull();
    }

    @AfterEach
    void stop() {
        proxy.close();
        backend.stop(0);
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }

    private String url(String scheme, String path) {
        return "%s://shop.example:%d%s".formatted(scheme, scheme.equals("http") ? plain : secure, path);
    }

    private String curl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "curl",
                "--silent",
                "--show-error",
                "--max-time",
                "60",
                "--noproxy",
                "*",
                "--insecure",
                "--fail",
                "--resolve",
                "shop.example:%d:127.0.0.1".formatted(plain),
                "--resolve",
                "shop.example:%d:127.0.0.1".formatted(secure)));
        command.addAll(List.of(arguments));
        return run(command);
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        File errors = directory.resolve("errors").toFile();
        Process process = new ProcessBuilder(command).redirectError(errors).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(process.waitFor())
                .as("%s%n%s", command, Files.readString(errors.toPath()))
                .isZero();
        return said;
    }

    private static void assumeInstalled(String program) {
        assumeTrue(
                Arrays.stream(String.valueOf(System.getenv("PATH")).split(":"))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program))),
                program + " is not installed");
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void curl_downloadsAndUploads(String option, String version, String scheme) throws Exception {
        assumeInstalled("curl");
        Path down = directory.resolve("down");
        // One after the other on one connection. curl 7.88 cannot with prior knowledge, whatever the server is.
        int count = option.equals("--http2-prior-knowledge") ? 1 : 3;
        String all = url(scheme, "/[1-%d]?%d".formatted(count, LARGE));
        assertThat(curl(option, "--output", down.toString(), "--write-out", "%{http_version} ", all))
                .isEqualTo((version + " ").repeat(count));
        assertThat(down).hasBinaryContent(content(LARGE));
        assertThat(curl(option, "--head", "--write-out", "%{http_code}", url(scheme, "/?5")))
                .endsWith("200");

        // More than 1 MiB: by HTTP/1.1, curl waits for 100 (Continue).
        Path up = Files.write(directory.resolve("up"), content(LARGE));
        String got = LARGE + " " + Arrays.hashCode(content(LARGE));
        assertThat(curl(
                        option,
                        "--upload-file",
                        up.toString(),
                        "--output",
                        down.toString(),
                        "--dump-header",
                        "-",
                        url(scheme, "/")))
                .containsIgnoringCase("X-Got: " + got);
        assertThat(down).hasBinaryContent(content(LARGE));
        if (!option.equals("--http1.0")) {
            String chunked = curl(
                    option,
                    "--upload-file",
                    up.toString(),
                    "--header",
                    "Transfer-Encoding: chunked",
                    "--output",
                    down.toString(),
                    "--dump-header",
                    "-",
                    url(scheme, "/"));
            assertThat(chunked).containsIgnoringCase("X-Got: " + got);
        }
    }

    @Test
    void h2load_has1000AnswersOnTenConnections() throws Exception {
        assumeInstalled("h2load");
        for (String scheme : List.of("http", "https")) {
            int port = scheme.equals("http") ? plain : secure;
            String said = run(List.of(
                    "h2load", "-n", "1000", "-c", "10", "-m", "20", "%s://127.0.0.1:%d/?2000".formatted(scheme, port)));
            assertThat(said).contains("1000 succeeded, 0 failed, 0 errored", "status codes: 1000 2xx");
        }
    }
}
