package io.backendpool.operator.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.operator.kubernetes.ApiServer;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a user does, on a cluster that runs pods: the manifests, examples/web.yaml and the images as they are, in a namespace
 * that enforces the restricted Pod Security Standard. The load comes from a pod, so that this process need not reach
 * any. It ends with the operator's Deployment deleted; the rest of the installation stays.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class ClusterWithNodesIT {
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final String SYSTEM = "backendpool-system";
    private static final String PROXIES = "app.kubernetes.io/name=backendpool-proxy";
    private static final Pattern LOAD = Pattern.compile("requests=(\\d+) failed=(\\d+) last=(\\S+)");

    private final ApiServer server = ApiServer.shared();
    private final Images images = Images.ofThisRun();
    private String namespace = "";

    private record Load(long requests, long failed, String last) {}

    @BeforeEach
    void prepare() throws IOException, InterruptedException {
        assumeTrue(server.kind().hasNodes(), "needs nodes that run pods, not " + server);
        assumeTrue(images.missing(server).isEmpty(), images.missing(server));
        images.load(server);
        namespace = Installation.newNamespace(client());
        client().namespaces().withName(namespace).edit(given -> new NamespaceBuilder(given)
                .editMetadata()
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                .endMetadata()
                .build());
    }

    @AfterEach
    void remove() {
        if (!namespace.isEmpty()) {
            client().namespaces().withName(namespace).delete();
            client().apps()
                    .deployments()
                    .inNamespace(SYSTEM)
                    .withName("backendpool-operator")
                    .delete();
        }
    }

    @Test
    void pool_fromApplyToDelete_underLoad_losesNoRequest() throws IOException {
        long start = System.nanoTime();
        Installation.apply(client(), images);
        for (HasMetadata document : Manifests.documents("examples/web.yaml")) {
            document.getMetadata().setNamespace(namespace);
            client().resource(document).serverSideApply();
        }
        ready(3, 2);
        said("manifests to Ready", start);

        startLoad();
        await("first 200s").atMost(SOON).ignoreExceptions().until(() -> load().requests() > 100);

        step("proxies scaled from 2 to 3", () -> {
            pools().withName("web").scale(3);
            ready(3, 3);
        });
        step("a backend's pod deleted", () -> {
            Pod one = pods("app=web").getFirst();
            client().resource(one).delete();
            await().atMost(SOON)
                    .until(() -> !backends().contains(one.getMetadata().getName()));
            ready(3, 3);
        });
        step("backends rolled", () -> {
            Set<String> before = new HashSet<>(backends());
            client().apps()
                    .deployments()
                    .inNamespace(namespace)
                    .withName("web")
                    .rolling()
                    .restart();
            await().atMost(SOON).until(() -> backends().stream().noneMatch(before::contains));
            ready(3, 3);
        });
        step("a proxy's pod deleted", () -> {
            Pod one = pods(PROXIES).getFirst();
            client().resource(one).delete();
            gone(one);
            ready(3, 3);
        });
        step("the leader's pod deleted", () -> {
            String before = leader();
            client().pods().inNamespace(SYSTEM).withName(before).delete();
            await().atMost(SOON).until(() -> !leader().isEmpty() && !leader().equals(before));
            // Only the new leader can bring this about.
            client().apps().deployments().inNamespace(namespace).withName("web").scale(4);
            ready(4, 3);
        });
        step("proxies scaled from 3 to 1", () -> {
            pools().withName("web").scale(1);
            await().atMost(SOON).until(() -> pods(PROXIES).size() == 1);
            ready(4, 1);
        });

        Load load = load();
        System.out.printf("nodes: %d requests, %d failed%n", load.requests(), load.failed());
        assertThat(load.failed()).as("failed of %s", load).isZero();

        // Deployment, Service, ServiceAccount, Secret, PodDisruptionBudget, NetworkPolicy and a pod.
        assertThat(owned()).hasSize(7);
        step("pool deleted, and all that it owned", () -> {
            client().pods()
                    .inNamespace(namespace)
                    .withName("load")
                    .withGracePeriod(0)
                    .delete();
            pools().withName("web").delete();
            await().atMost(SOON).untilAsserted(() -> assertThat(owned()).isEmpty());
        });
    }

    /** Until status and pods say so: this many healthy backends, this many proxies, all in step with the manifest. */
    private void ready(int backends, int proxies) {
        await().atMost(SOON).untilAsserted(() -> {
            BackendPool pool = pools().withName("web").get();
            BackendPoolStatus status = Objects.requireNonNullElseGet(pool.getStatus(), BackendPoolStatus::new);
            assertThat(status.observedGeneration).isEqualTo(pool.getMetadata().getGeneration());
            assertThat(Objects.requireNonNull(status.summary).ratio).isEqualTo(backends + "/" + backends);
            assertThat(Objects.requireNonNull(status.proxies).readyRatio).isEqualTo(proxies + "/" + proxies);
            assertThat(status.proxies.syncedRatio).isEqualTo(proxies + "/" + proxies);
            assertThat(Objects.requireNonNull(status.conditions))
                    .filteredOn(condition -> condition.getType().equals("Ready"))
                    .allMatch(condition -> condition.getStatus().equals("True"))
                    .hasSize(1);
        });
    }

    private List<String> backends() {
        BackendPoolStatus status =
                Objects.requireNonNull(pools().withName("web").get().getStatus());
        return Objects.requireNonNullElse(status.backends, List.<io.backendpool.api.v1alpha1.BackendState>of()).stream()
                .map(backend -> String.valueOf(backend.origin))
                .toList();
    }

    private void gone(Pod pod) {
        await().atMost(SOON).until(() -> {
            Pod now = client().resource(pod).get();
            return now == null
                    || !now.getMetadata().getUid().equals(pod.getMetadata().getUid());
        });
    }

    private String leader() {
        return Objects.requireNonNullElse(
                client().leases()
                        .inNamespace(SYSTEM)
                        .withName("backendpool-operator")
                        .get()
                        .getSpec()
                        .getHolderIdentity(),
                "");
    }

    /** What is left of the pool's own objects. */
    private List<String> owned() {
        List<HasMetadata> all = new ArrayList<>();
        for (Class<? extends HasMetadata> type : List.of(
                Deployment.class,
                Service.class,
                ServiceAccount.class,
                Secret.class,
                PodDisruptionBudget.class,
                NetworkPolicy.class)) {
            all.addAll(client().resources(type).inNamespace(namespace).list().getItems());
        }
        return Stream.concat(all.stream(), pods(PROXIES).stream())
                .filter(object -> object.getMetadata().getName().startsWith("web-backendpool"))
                .map(object -> object.getKind() + "/" + object.getMetadata().getName())
                .toList();
    }

    private List<Pod> pods(String labels) {
        Map<String, String> selector = Stream.of(labels.split(",", -1))
                .map(label -> label.split("=", 2))
                .collect(Collectors.toMap(label -> label[0], label -> label[1]));
        return client().pods().inNamespace(namespace).withLabels(selector).list().getItems().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .toList();
    }

    /** {@link LoadClient} as a pod of the proxy's image, which has a JRE of the version that this was compiled for. */
    private void startLoad() throws IOException {
        String name = LoadClient.class.getName().replace('.', '/') + ".class";
        try (InputStream compiled =
                Objects.requireNonNull(LoadClient.class.getClassLoader().getResourceAsStream(name))) {
            client().resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withNamespace(namespace)
                            .withName("load")
                            .endMetadata()
                            .withBinaryData(Map.of(
                                    "LoadClient.class", Base64.getEncoder().encodeToString(compiled.readAllBytes())))
                            .build())
                    .create();
        }
        Pod pod = Serialization.unmarshal(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: load, namespace: %s}
                spec:
                  terminationGracePeriodSeconds: 0
                  automountServiceAccountToken: false
                  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                  containers:
                  - name: load
                    image: %s
                    command: [java, -Xmx96m, -cp, /load, %s, "http://web-backendpool.%s.svc/"]
                    securityContext:
                      allowPrivilegeEscalation: false
                      readOnlyRootFilesystem: true
                      capabilities: {drop: [ALL]}
                    volumeMounts: [{name: load, mountPath: /load}]
                  volumes:
                  - name: load
                    configMap: {name: load, items: [{key: LoadClient.class, path: %s}]}
                """.formatted(namespace, images.proxy(), LoadClient.class.getName(), namespace, name), Pod.class);
        client().resource(pod).create();
    }

    private Load load() {
        String log = client().pods()
                .inNamespace(namespace)
                .withName("load")
                .tailingLines(1)
                .getLog();
        Matcher line = LOAD.matcher(log);
        return line.find()
                ? new Load(Long.parseLong(line.group(1)), Long.parseLong(line.group(2)), line.group(3))
                : new Load(0, 0, log);
    }

    private void step(String what, Runnable change) {
        long start = System.nanoTime();
        change.run();
        said(what, start);
    }

    private static void said(String what, long start) {
        System.out.printf(
                "nodes: %s: %.1f s%n", what, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) / 1_000.0);
    }

    private io.fabric8.kubernetes.client.dsl.NonNamespaceOperation<
                    BackendPool,
                    io.fabric8.kubernetes.api.model.KubernetesResourceList<BackendPool>,
                    io.fabric8.kubernetes.client.dsl.Resource<BackendPool>>
            pools() {
        return client().resources(BackendPool.class).inNamespace(namespace);
    }

    private KubernetesClient client() {
        return server.client();
    }
}
