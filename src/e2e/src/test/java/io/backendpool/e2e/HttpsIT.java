package io.backendpool.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** TLS at the proxies, with certificates from files, on the real programs. */
class HttpsIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path temporary;

    @RegisterExtension
    static final Shared<Site> SHARED = new Shared<>(Site::new);

    /** A backend, and the operator that runs its pool. */
    private static final class Site implements Shared.Running {
        final TestBackend backend = TestBackend.start("red");
        final int port = Ports.free();
        final Path directory = Files.createTempDirectory(temporary, "site");
        final Standalone pool = new Standalone(directory);

        Site() throws IOException {}

        @Override
        public boolean isRunning() {
            return pool.isRunning();
        }

        @Override
        public void close() throws InterruptedException {
            pool.close();
            backend.close();
        }
    }

    private Path directory;
    private Path folder;
    private Standalone pool;
    private int port;
    private ThrowAwayCertificate first;

    /** Each test finds a certificate of its own served, whatever the one before has made of its files. */
    @BeforeEach
    void start() throws Exception {
        Site site = SHARED.get();
        directory = site.directory;
        folder = directory.resolve("secrets/web-tls");
        pool = site.pool;
        port = site.port;
        first = ThrowAwayCertificate.make(directory);
        first.writeTo(folder);
        if (!pool.isRunning()) {
            pool.write(manifest(port, site.backend));
            pool.start();
        }
        pool.awaitReady();
        await().atMost(Standalone.PATIENCE).ignoreExceptions().untilAsserted(() -> assertServedWith(first));
        await().atMost(Standalone.PATIENCE)
                .untilAsserted(() -> assertThat(pool.condition("ResolvedRefs")).containsEntry("status", "True"));
    }

    private static String manifest(int port, TestBackend backend) {
        return """
                apiVersion: backendpool.io/v1alpha1
                kind: BackendPool
                metadata: {name: colours}
                spec:
                  listeners:
                  - {name: https, port: %d, protocol: HTTPS, tls: {certificateRefs: [{name: web-tls}]}}
                  backends:
                  - {name: red, addresses: ["%s"]}
                """.formatted(port, backend.address());
    }

    private void assertServedWith(ThrowAwayCertificate certificate) throws Exception {
        try (HttpClient client = certificate.client()) {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).contains("red");
        }
    }

    @Test
    void renewedFiles_areServedByTheSameProxy() throws Exception {
        assertServedWith(first);
        List<Long> proxies = pool.proxies().stream().map(ProcessHandle::pid).toList();
        ThrowAwayCertificate second = ThrowAwayCertificate.make(directory);
        second.writeTo(folder);
        await().atMost(Standalone.PATIENCE).ignoreExceptions().untilAsserted(() -> assertServedWith(second));
        assertThat(pool.proxies().stream().map(ProcessHandle::pid)).isEqualTo(proxies);
    }

    @Test
    void badFile_changesNothing_isSaid_andOutlivesTheOperator() throws Exception {
        Files.writeString(folder.resolve("tls.key"), "garbage");
        await().atMost(Standalone.PATIENCE).untilAsserted(() -> assertThat(pool.condition("ResolvedRefs"))
                .containsEntry("status", "False")
                .containsEntry("reason", "CertificateInvalid"));
        assertThat(String.valueOf(pool.condition("ResolvedRefs").get("message")))
                .startsWith("spec.listeners[0].tls.certificateRefs[0].name: web-tls has no private key in its tls.key")
                .endsWith("its last good certificate goes on");
        assertServedWith(first);

        pool.kill();
        Files.deleteIfExists(directory.resolve("pool.yaml.status.yaml"));
        pool.start();
        await().atMost(Standalone.PATIENCE).untilAsserted(() -> assertThat(pool.condition("ResolvedRefs"))
                .containsEntry("reason", "CertificateInvalid"));
        pool.awaitReady();
        assertServedWith(first);

        ThrowAwayCertificate second = ThrowAwayCertificate.make(directory);
        second.writeTo(folder);
        await().atMost(Standalone.PATIENCE).ignoreExceptions().untilAsserted(() -> assertServedWith(second));
        await().atMost(Standalone.PATIENCE)
                .untilAsserted(() -> assertThat(pool.condition("ResolvedRefs")).containsEntry("status", "True"));
    }

    @Test
    void privateKey_isInNoLogAndInNoFileOfOthers() throws IOException {
        // Lines are broken elsewhere in other files.
        String secret = first.key().lines().skip(1).findFirst().orElseThrow().substring(0, 60);
        try (var files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                boolean own = file.startsWith(folder) || file.toString().contains("keytool");
                boolean readableByOthers = !PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                        .endsWith("------");
                if (!own && readableByOthers) {
                    assertThat(new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1))
                            .as("%s", file)
                            .doesNotContain(secret);
                }
            }
        }
        assertThat(pool.log()).doesNotContain(secret).doesNotContain("PRIVATE");
    }
}
