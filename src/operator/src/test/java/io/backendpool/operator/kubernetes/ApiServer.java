package io.backendpool.operator.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The API server that {@code *IT} run against. The first that is there, of
 *
 * <ol>
 *   <li>the cluster of the kubeconfig named by {@code BACKENDPOOL_TEST_KUBECONFIG},
 *   <li>etcd and kube-apiserver from the folder named by {@code KUBEBUILDER_ASSETS},
 *   <li>K3s in Docker,
 *   <li>Fabric8's in-JVM server, which knows neither schemas nor RBAC nor defaults.
 * </ol>
 *
 * The run prints which. Any thread; {@link #close} ends what {@link #start} began.
 */
public final class ApiServer implements AutoCloseable {
    private static final String K3S_IMAGE = "rancher/k3s:v1.34.1-k3s1";
    private static @Nullable ApiServer shared;

    /** What answers. */
    public enum Kind {
        /** A cluster that was there before; it may have nodes. */
        CLUSTER,
        /** A kube-apiserver without nodes: no pod runs but those that a test plays the kubelet of. */
        BINARIES,
        /** A whole cluster with one node. */
        K3S,
        /** The in-JVM imitation. */
        IN_JVM;

        /** Whether it is the real kube-apiserver: schemas, CEL, defaults, RBAC, field ownership. */
        public boolean isReal() {
            return this != IN_JVM;
        }

        /** Whether it runs pods by itself. */
        public boolean hasNodes() {
            return this == CLUSTER || this == K3S;
        }
    }

    private final Kind kind;
    private final Config config;
    private final @Nullable String kubeconfig;
    private final @Nullable ControlPlaneProcesses processes;
    private final @Nullable Path assets;
    private final @Nullable K3sContainer k3s;
    private final Runnable end;
    private final KubernetesClient client;

    private ApiServer(
            Kind kind,
            Config config,
            @Nullable String kubeconfig,
            @Nullable ControlPlaneProcesses processes,
            @Nullable Path assets,
            @Nullable K3sContainer k3s,
            Runnable end) {
        this.kind = kind;
        this.config = config;
        this.kubeconfig = kubeconfig;
        this.processes = processes;
        this.assets = assets;
        this.k3s = k3s;
        this.end = end;
        this.client = new KubernetesClientBuilder().withConfig(config).build();
        System.out.printf("API server of this run: %s%n", this);
    }

    /** The one that all tests of this JVM share; it ends with the JVM. */
    public static synchronized ApiServer shared() {
        if (shared == null) {
            ApiServer started = start();
            Runtime.getRuntime().addShutdownHook(new Thread(started::close));
            shared = started;
        }
        return shared;
    }

    /** One of the caller's own (a cluster that was there before is still the same one). */
    public static ApiServer start() {
        String kubeconfig = System.getenv("BACKENDPOOL_TEST_KUBECONFIG");
        if (kubeconfig != null && !kubeconfig.isEmpty()) {
            return ofKubeconfig(Kind.CLUSTER, read(Path.of(kubeconfig)), () -> {});
        }
        String assets = System.getenv("KUBEBUILDER_ASSETS");
        if (assets != null && !assets.isEmpty()) {
            return ofBinaries(Path.of(assets));
        }
        if (mayHaveDocker() && DockerClientFactory.instance().isDockerAvailable()) {
            K3sContainer k3s = new K3sContainer(DockerImageName.parse(K3S_IMAGE));
            k3s.start();
            return new ApiServer(
                    Kind.K3S,
                    Config.fromKubeconfig(k3s.getKubeConfigYaml()),
                    k3s.getKubeConfigYaml(),
                    null,
                    null,
                    k3s,
                    k3s::stop);
        }
        return inJvm();
    }

    /** Testcontainers logs a page of errors where there is nothing to find, so it is asked only where there may be. */
    private static boolean mayHaveDocker() {
        return System.getenv("DOCKER_HOST") != null || Files.exists(Path.of("/var/run/docker.sock"));
    }

    private static ApiServer ofKubeconfig(Kind kind, String kubeconfig, Runnable end) {
        return new ApiServer(kind, Config.fromKubeconfig(kubeconfig), kubeconfig, null, null, null, end);
    }

    private static ApiServer ofBinaries(Path assets) {
        ControlPlaneProcesses processes = ControlPlaneProcesses.start(assets);
        String kubeconfig = processes.kubeconfig();
        return new ApiServer(
                Kind.BINARIES,
                Config.fromKubeconfig(kubeconfig),
                kubeconfig,
                processes,
                assets,
                null,
                processes::close);
    }

    private static ApiServer inJvm() {
        KubernetesMockServer server = new KubernetesMockServer(
                new Context(), new MockWebServer(), new HashMap<>(), new KubernetesCrudDispatcher(), false);
        server.init();
        Config config;
        try (KubernetesClient itsClient = server.createClient()) {
            config = itsClient.getConfiguration();
        }
        return new ApiServer(Kind.IN_JVM, config, null, null, null, null, server::destroy);
    }

    public Kind kind() {
        return kind;
    }

    /** Whether Deployments become pods and Services EndpointSlices, and what an owner leaves behind is collected. */
    public boolean hasControllers() {
        return kind.hasNodes() || (processes != null && processes.hasControllers());
    }

    /** A client that may do everything. It belongs to this server: do not close it. */
    public KubernetesClient client() {
        return client;
    }

    /** What {@link #client} was made from, for clients of the caller's own. */
    public Config config() {
        return config;
    }

    /** A new file for kubectl and other processes; empty for the in-JVM server. */
    public Optional<Path> writeKubeconfig(Path directory) {
        if (kubeconfig == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.writeString(directory.resolve("kubeconfig-" + UUID.randomUUID()), kubeconfig));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The kubectl that came with the binaries; empty: there is none. */
    public Optional<Path> kubectl() {
        return Optional.ofNullable(assets)
                .map(folder -> folder.resolve("kubectl"))
                .filter(Files::isExecutable);
    }

    /** The container, to bring it images; empty: it is another kind of server. */
    public Optional<K3sContainer> k3s() {
        return Optional.ofNullable(k3s);
    }

    /** Whether {@link #cut} and {@link #restore} work. */
    public boolean canBeCut() {
        return processes != null;
    }

    /** Stops answering: connections are closed and refused until {@link #restore}. Its data stays. */
    public void cut() {
        cuttable().stopApiServer();
    }

    /** Answers again, on the same port. */
    public void restore() {
        cuttable().startApiServer();
    }

    private ControlPlaneProcesses cuttable() {
        if (processes == null) {
            throw new UnsupportedOperationException("only processes of our own are cut off, not " + this);
        }
        return processes;
    }

    @Override
    public void close() {
        client.close();
        end.run();
    }

    @Override
    public String toString() {
        return switch (kind) {
            case CLUSTER -> "the cluster of BACKENDPOOL_TEST_KUBECONFIG, " + config.getMasterUrl();
            case BINARIES ->
                "kube-apiserver %s of KUBEBUILDER_ASSETS, %s"
                        .formatted(
                                client.getKubernetesVersion().getGitVersion(),
                                hasControllers()
                                        ? "with kube-controller-manager"
                                        : "without controllers (no kube-controller-manager there)");
            case K3S -> "K3s in Docker, " + K3S_IMAGE;
            case IN_JVM -> "in-JVM (no BACKENDPOOL_TEST_KUBECONFIG, no KUBEBUILDER_ASSETS, no Docker)";
        };
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException("BACKENDPOOL_TEST_KUBECONFIG: " + file + " cannot be read: " + e, e);
        }
    }
}
