package io.backendpool.operator.kubernetes;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * etcd and kube-apiserver as processes of this test, on loopback, with RBAC switched on and ServiceAccount tokens signed;
 * kube-controller-manager beside them where the folder has it, so that Deployments become pods, Services become
 * EndpointSlices and what an owner leaves behind is collected. Data lives in a temporary folder, which goes when they are
 * closed.
 */
final class ControlPlaneProcesses implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final String CONTROLLER_MANAGER = "kube-controller-manager";

    /** What the tests need of a cluster's controllers; those that manage nodes would only miss theirs. */
    private static final List<String> CONTROLLERS = List.of(
            "deployment-controller",
            "replicaset-controller",
            "endpointslice-controller",
            "garbage-collector-controller",
            "namespace-controller",
            "serviceaccount-controller",
            "serviceaccount-token-controller",
            "disruption-controller");

    private final Path assets;
    private final Path directory;
    private final String token = UUID.randomUUID().toString();
    private final int etcdPort = freePort();
    private final int port = freePort();
    private final Process etcd;
    private final boolean hasControllers;
    private @Nullable Process apiServer;
    private @Nullable Process controllers;

    private ControlPlaneProcesses(Path assets) throws IOException {
        this.assets = assets;
        hasControllers = Files.isExecutable(assets.resolve(CONTROLLER_MANAGER));
        directory = Files.createTempDirectory("api-server-");
        writeKeys();
        etcd = start("etcd", etcdCommand());
    }

    static ControlPlaneProcesses start(Path assets) {
        for (String program : List.of("etcd", "kube-apiserver")) {
            if (!Files.isExecutable(assets.resolve(program))) {
                throw new IllegalStateException("KUBEBUILDER_ASSETS: " + assets + " has no program " + program
                        + " (expected: etcd and kube-apiserver)");
            }
        }
        try {
            ControlPlaneProcesses started = new ControlPlaneProcesses(assets);
            // However the JVM ends, short of SIGKILL
            Runtime.getRuntime().addShutdownHook(new Thread(started::close));
            started.startApiServer();
            started.startControllers();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> etcdCommand() {
        String client = "http://127.0.0.1:" + etcdPort;
        String peer = "http://127.0.0.1:" + freePort();
        return List.of(
                "--name=test",
                "--data-dir=" + directory.resolve("etcd"),
                "--unsafe-no-fsync",
                "--log-level=warn",
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=test=" + peer);
    }

    private List<String> apiServerCommand() {
        List<String> command = new ArrayList<>(List.of(
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--secure-port=" + port,
                "--etcd-servers=http://127.0.0.1:" + etcdPort,
                "--endpoint-reconciler-type=none",
                "--cert-dir=" + directory,
                "--token-auth-file=" + directory.resolve("tokens.csv"),
                "--authorization-mode=RBAC",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + directory.resolve("sa.pub"),
                "--service-account-signing-key-file=" + directory.resolve("sa.key"),
                "--service-cluster-ip-range=10.96.0.0/16"));
        if (!hasControllers) {
            // Nobody gives a namespace its ServiceAccount "default"
            command.add("--disable-admission-plugins=ServiceAccount");
        }
        return command;
    }

    /** Whether kube-controller-manager runs beside them. */
    boolean hasControllers() {
        return hasControllers;
    }

    private void startControllers() throws IOException {
        if (!hasControllers) {
            return;
        }
        Path kubeconfig = Files.writeString(directory.resolve("controllers.kubeconfig"), kubeconfig());
        controllers = start(
                CONTROLLER_MANAGER,
                List.of(
                        "--kubeconfig=" + kubeconfig,
                        "--controllers=" + String.join(",", CONTROLLERS),
                        "--leader-elect=false",
                        "--service-account-private-key-file=" + directory.resolve("sa.key"),
                        "--root-ca-file=" + directory.resolve("apiserver.crt"),
                        "--kube-api-qps=300",
                        "--kube-api-burst=600",
                        "--secure-port=0"));
    }

    synchronized void startApiServer() {
        Process started;
        try {
            started = start("kube-apiserver", apiServerCommand());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        apiServer = started;
        await("kube-apiserver, whose log is in " + directory)
                .atMost(START_LIMIT)
                .pollInterval(Duration.ofMillis(100))
                .failFast("etcd or kube-apiserver ended, see " + directory, () -> !started.isAlive() || !etcd.isAlive())
                .until(this::answers);
    }

    private boolean answers() {
        if (!Files.exists(directory.resolve("apiserver.crt"))) {
            return false;
        }
        Config config = Config.fromKubeconfig(kubeconfig());
        config.setRequestRetryBackoffLimit(0);
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build()) {
            return "ok".equals(client.raw("/readyz"))
                    && client.namespaces().withName("default").get() != null;
        } catch (KubernetesClientException notYet) {
            return false;
        }
    }

    synchronized void stopApiServer() {
        if (apiServer != null) {
            stop(apiServer);
            apiServer = null;
        }
    }

    String kubeconfig() {
        try {
            String ca = Base64.getEncoder().encodeToString(Files.readAllBytes(directory.resolve("apiserver.crt")));
            return """
                apiVersion: v1
                kind: Config
                current-context: test
                clusters:
                - name: test
                  cluster:
                    server: https://127.0.0.1:%d
                    certificate-authority-data: %s
                users:
                - name: admin
                  user:
                    token: %s
                contexts:
                - name: test
                  context: {cluster: test, user: admin, namespace: default}
                """.formatted(port, ca, token);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process start(String program, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(assets.resolve(program).toString());
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve(program + ".log").toFile()))
                .start();
    }

    private void writeKeys() throws IOException {
        KeyPair pair;
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            pair = generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        writePem("sa.key", "PRIVATE KEY", pair.getPrivate().getEncoded());
        writePem("sa.pub", "PUBLIC KEY", pair.getPublic().getEncoded());
        Files.writeString(directory.resolve("tokens.csv"), token + ",admin,admin,\"system:masters\"\n");
    }

    private void writePem(String file, String label, byte[] content) throws IOException {
        Files.writeString(
                directory.resolve(file),
                "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                        .formatted(label, Base64.getMimeEncoder().encodeToString(content), label));
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void stop(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void close() {
        if (controllers != null) {
            stop(controllers);
            controllers = null;
        }
        stopApiServer();
        stop(etcd);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException alreadyGone) {
            // A second close, or a file that the system's own clean-up took first.
        }
    }
}
