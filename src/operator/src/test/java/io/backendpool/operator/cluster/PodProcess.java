package io.backendpool.operator.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The container of one pod as a process, with the pod's own arguments, environment, volumes and token. Belongs to the thread
 * of its {@link Kubelet}, but for what says otherwise.
 */
final class PodProcess {
    private static final int PROBE_MILLIS = 1_000;

    private final Pod pod;
    private final Container container;
    private final String address;
    private final Path root;
    private final Path log;
    private final Map<String, String> environment;
    private final List<String> jvm;
    private final Instant startedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private volatile Process process;
    private volatile boolean ready;
    private volatile boolean ending;
    private volatile boolean killed;
    private boolean told;
    private long toldAt;
    private long killedAt;
    private long lastSuccess;

    private PodProcess(Pod pod, String address, Path root, Path log, Map<String, String> environment, List<String> jvm)
            throws IOException {
        this.pod = pod;
        this.container = pod.getSpec().getContainers().getFirst();
        this.address = address;
        this.root = root;
        this.log = log;
        this.environment = environment;
        this.jvm = jvm;
        this.process = launch();
    }

    /**
     * Starts the container of {@code pod} under {@code address}.
     *
     * @throws IllegalStateException something that it mounts is not there yet
     */
    static PodProcess start(KubernetesClient client, Pod pod, String address, Path directory, List<String> jvm)
            throws IOException {
        Path root = Files.createDirectories(directory.resolve(pod.getMetadata().getName()));
        Container container = pod.getSpec().getContainers().getFirst();
        Map<String, Path> mounts = new HashMap<>();
        for (VolumeMount mount : container.getVolumeMounts()) {
            Path folder = Files.createDirectories(root.resolve(mount.getName()));
            mounts.put(mount.getMountPath(), folder);
            project(client, pod, volume(pod, mount.getName()), folder, true);
        }
        Map<String, String> environment = new HashMap<>();
        for (EnvVar variable : container.getEnv()) {
            String value = value(client, pod, variable);
            for (Map.Entry<String, Path> mount : mounts.entrySet()) {
                if (value.startsWith(mount.getKey() + "/") || value.equals(mount.getKey())) {
                    value = mount.getValue() + value.substring(mount.getKey().length());
                    break;
                }
            }
            environment.put(variable.getName(), value.startsWith("*:") ? address + value.substring(1) : value);
        }
        environment.put("BACKENDPOOL_BIND", address);
        return new PodProcess(
                pod, address, root, directory.resolve(pod.getMetadata().getName() + ".log"), environment, jvm);
    }

    private Process launch() throws IOException {
        return Programs.start(
                jvm, Programs.PROXY, Objects.requireNonNullElse(container.getArgs(), List.of()), environment, log);
    }

    /** The pod's name. Any thread. */
    String name() {
        return pod.getMetadata().getName();
    }

    String uid() {
        return pod.getMetadata().getUid();
    }

    /** The pod as it was when it was started. Any thread. */
    Pod pod() {
        return pod;
    }

    /** The address of this host that it listens on. Any thread. */
    String address() {
        return address;
    }

    Instant startedAt() {
        return startedAt;
    }

    /** Where its token and the bootstrap Secret are. Any thread. */
    Path identity() {
        return root.resolve("identity");
    }

    /** Whether its readiness probe says so. Any thread. */
    boolean isReady() {
        return ready;
    }

    /** Whether its pod is being deleted. Any thread. */
    boolean isEnding() {
        return ending;
    }

    /** Its process id. Any thread. */
    long pid() {
        return process.pid();
    }

    /** What one of its admin pages says. Any thread. */
    String page(String path) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) adminUri(path).toURL().openConnection();
        connection.setConnectTimeout(PROBE_MILLIS);
        connection.setReadTimeout(PROBE_MILLIS);
        try (var body = connection.getInputStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            connection.disconnect();
        }
    }

    /** Asks the readiness probe, and says whether it is ready: at once when it answers so, later when it does not. */
    boolean probe() {
        Probe readiness = container.getReadinessProbe();
        boolean answers;
        try {
            page(readiness.getHttpGet().getPath());
            answers = true;
        } catch (IOException no) {
            answers = false;
        }
        long now = System.nanoTime();
        if (answers) {
            lastSuccess = now;
            ready = true;
        } else if (now - lastSuccess
                > TimeUnit.SECONDS.toNanos((long) readiness.getPeriodSeconds() * readiness.getFailureThreshold())) {
            ready = false;
        }
        return ready;
    }

    private URI adminUri(String path) {
        return URI.create(
                "http://" + address + ":" + container.getPorts().getFirst().getContainerPort() + path);
    }

    /** Its pod is being deleted: the preStop pause begins, SIGTERM and SIGKILL follow when they are due. */
    void end(Pod deleted) {
        if (ending) {
            return;
        }
        ending = true;
        long now = System.nanoTime();
        Lifecycle lifecycle = container.getLifecycle();
        long pause = lifecycle == null || lifecycle.getPreStop() == null
                ? 0
                : lifecycle.getPreStop().getSleep().getSeconds();
        toldAt = now + TimeUnit.SECONDS.toNanos(pause);
        killedAt = now + TimeUnit.SECONDS.toNanos(deleted.getMetadata().getDeletionGracePeriodSeconds());
    }

    /** Sends the signals that are due. */
    void keepDeadlines() {
        if (!ending) {
            return;
        }
        long now = System.nanoTime();
        if (!told && now >= toldAt) {
            told = true;
            process.destroy();
        }
        if (now >= killedAt && process.isAlive()) {
            System.out.printf("kubelet: %s outlived its grace period and is killed%n", name());
            killed = true;
            process.destroyForcibly();
        }
    }

    /** Whether SIGTERM alone has ended it. Any thread. */
    boolean exitedAfterSigterm() {
        return ending && !killed && !process.isAlive();
    }

    /** Whether it was to end and has. */
    boolean hasEnded() {
        return ending && !process.isAlive();
    }

    /** Starts it again when it has ended by itself. */
    void keepRunning() throws IOException {
        if (!ending && !process.isAlive()) {
            System.out.printf("kubelet: %s ended with %d and is started again%n", name(), process.exitValue());
            process = launch();
        }
    }

    /** Brings what has changed of the Secrets that it mounts. */
    void refreshVolumes(KubernetesClient client) throws IOException {
        for (VolumeMount mount : container.getVolumeMounts()) {
            project(client, pod, volume(pod, mount.getName()), root.resolve(mount.getName()), false);
        }
    }

    /** Ends it now. */
    void kill() {
        process.destroyForcibly();
    }

    private static Volume volume(Pod pod, String name) {
        return pod.getSpec().getVolumes().stream()
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String value(KubernetesClient client, Pod pod, EnvVar variable) {
        if (variable.getValueFrom() == null) {
            return Objects.requireNonNullElse(variable.getValue(), "");
        }
        var field = variable.getValueFrom().getFieldRef();
        if (field != null) {
            return switch (field.getFieldPath()) {
                case "metadata.name" -> pod.getMetadata().getName();
                case "metadata.namespace" -> pod.getMetadata().getNamespace();
                // A label that is not there is empty, as with a kubelet.
                case "metadata.labels['topology.kubernetes.io/zone']" ->
                    Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.<String, String>of())
                            .getOrDefault("topology.kubernetes.io/zone", "");
                default -> throw new IllegalArgumentException(field.getFieldPath());
            };
        }
        var secret = variable.getValueFrom().getSecretKeyRef();
        return new String(
                Base64.getDecoder().decode(secret(client, pod, secret.getName()).get(secret.getKey())),
                StandardCharsets.UTF_8);
    }

    private static Map<String, String> secret(KubernetesClient client, Pod pod, String name) {
        Secret secret = client.secrets()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(name)
                .get();
        if (secret == null) {
            throw new IllegalStateException("Secret " + name + " is not there yet");
        }
        return secret.getData();
    }

    private static void project(KubernetesClient client, Pod pod, Volume volume, Path folder, boolean withToken)
            throws IOException {
        if (volume.getProjected() == null) {
            return;
        }
        for (VolumeProjection source : volume.getProjected().getSources()) {
            ServiceAccountTokenProjection token = source.getServiceAccountToken();
            if (token != null && withToken) {
                Files.writeString(folder.resolve(token.getPath()), token(client, pod, token.getAudience(), true));
            }
            if (source.getSecret() != null) {
                for (Map.Entry<String, String> entry :
                        secret(client, pod, source.getSecret().getName()).entrySet()) {
                    replace(folder.resolve(entry.getKey()), Base64.getDecoder().decode(entry.getValue()));
                }
            }
        }
    }

    /** A reader sees the old content or the new. */
    private static void replace(Path file, byte[] content) throws IOException {
        if (Files.exists(file) && Arrays.equals(Files.readAllBytes(file), content)) {
            return;
        }
        Path next = file.resolveSibling(".." + file.getFileName());
        Files.write(next, content);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** A token of the pod's ServiceAccount, as the API server issues it to kubelets. Any thread. */
    static String token(KubernetesClient client, Pod pod, String audience, boolean bound) {
        TokenRequestBuilder request = new TokenRequestBuilder()
                .withNewSpec()
                .withAudiences(audience)
                .withExpirationSeconds(3_600L)
                .endSpec();
        if (bound) {
            request.editSpec()
                    .withNewBoundObjectRef()
                    .withApiVersion("v1")
                    .withKind("Pod")
                    .withName(pod.getMetadata().getName())
                    .withUid(pod.getMetadata().getUid())
                    .endBoundObjectRef()
                    .endSpec();
        }
        TokenRequest answer = client.serviceAccounts()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getSpec().getServiceAccountName())
                .tokenRequest(request.build());
        return answer.getStatus().getToken();
    }
}
