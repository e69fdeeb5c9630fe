package io.backendpool.operator.cluster;

import io.backendpool.operator.kubernetes.ApiServer;
import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Plays scheduler, kubelet and kube-proxy of one node for the proxies of one namespace: each of their pods becomes a process,
 * started from the pod's own spec. Readiness, projected Secrets, the preStop pause and the grace period are kept as a kubelet
 * keeps them. Where the API server has no controllers, {@link #add} makes the pods that a Deployment would have made.
 *
 * <p>What a pod has and a process has not is a network: pod IP 10.x.y.z is 127.x.y.z of this host.
 */
final class Kubelet implements AutoCloseable {
    /** The node that all pods of the tests run on. */
    static final String NODE = "backendpool-test";

    private static final String PROXIES = "app.kubernetes.io/name=backendpool-proxy";
    private static final String SERVICE = "kubernetes.io/service-name";
    private static final long TURN_NANOS = 200_000_000;

    private final ApiServer server;
    private final KubernetesClient client;
    private final String namespace;
    private final Path directory;
    private final List<String> jvm;
    private final Map<String, PodProcess> running = new LinkedHashMap<>();
    private final Thread thread = Thread.ofPlatform().daemon().name("kubelet").unstarted(this::run);
    private final int network = ThreadLocalRandom.current().nextInt(1, 0x7f_ff);
    private int addresses;
    private volatile List<PodProcess> pods = List.of();
    private volatile List<Endpoint> endpoints = List.of();
    private volatile boolean ended;

    private Kubelet(ApiServer server, String namespace, Path directory, List<String> jvm) {
        this.server = server;
        this.jvm = jvm;
        this.namespace = namespace;
        this.directory = directory;
        // Its turns are its retries: one that waits for an API server that is cut off would look after no process.
        this.client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(server.config())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
    }

    /** Plays from now on. Logs and volumes are kept in {@code directory}; {@code jvm} are the proxies' JVM flags. */
    static Kubelet start(ApiServer server, String namespace, Path directory, List<String> jvm) {
        Kubelet kubelet = new Kubelet(server, namespace, directory, jvm);
        node(server.client());
        kubelet.thread.start();
        return kubelet;
    }

    /** Has the node there, without which no endpoint of its pods is published. */
    static void node(KubernetesClient client) {
        Node node =
                new NodeBuilder().withNewMetadata().withName(NODE).endMetadata().build();
        if (client.resource(node).get() == null) {
            client.resource(node).create();
        }
    }

    /** The pods whose process runs, in the order in which they came. */
    List<PodProcess> pods() {
        return pods;
    }

    /** Where a Service sends new connections to {@code port}: to pods that are ready and not about to go. */
    List<InetSocketAddress> endpoints(int port) {
        return endpoints.stream()
                .map(endpoint ->
                        new InetSocketAddress(loopback(endpoint.getAddresses().getFirst()), port))
                .toList();
    }

    /** One more pod of {@code deployment}, where no controller makes it. */
    void add(String deployment, int number) {
        PodTemplateSpec template = client.apps()
                .deployments()
                .inNamespace(namespace)
                .withName(deployment)
                .require()
                .getSpec()
                .getTemplate();
        client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(deployment + "-" + number)
                        .withLabels(template.getMetadata().getLabels())
                        .endMetadata()
                        .withSpec(template.getSpec())
                        .build())
                .create();
    }

    private void run() {
        String said = "";
        while (!ended) {
            try {
                turn();
            } catch (KubernetesClientException | IOException notNow) {
                // The next turn tries again, as a kubelet does.
                String problem = ApiProblem.of(notNow);
                if (!problem.equals(said)) {
                    said = problem;
                    System.out.printf("kubelet: %s%n", problem);
                }
            }
            LockSupport.parkNanos(TURN_NANOS);
        }
    }

    private void turn() throws IOException {
        // Deadlines are kept also while the API server is away.
        running.values().forEach(PodProcess::keepDeadlines);
        Map<String, Pod> wanted = new LinkedHashMap<>();
        client.pods()
                .inNamespace(namespace)
                .withLabelSelector(PROXIES)
                .list()
                .getItems()
                .forEach(pod -> wanted.put(pod.getMetadata().getUid(), pod));
        for (Map.Entry<String, Pod> entry : wanted.entrySet()) {
            PodProcess process = running.get(entry.getKey());
            if (process != null) {
                look(process, entry.getValue());
            } else if (entry.getValue().getMetadata().getDeletionTimestamp() == null) {
                begin(entry.getValue());
            }
        }
        running.values().removeIf(process -> {
            boolean gone = !wanted.containsKey(process.uid());
            if (gone) {
                process.kill();
            }
            return gone;
        });
        pods = List.copyOf(running.values());
        endpoints = server.hasControllers() ? published() : List.of();
        if (!server.hasControllers()) {
            endpoints = running.values().stream()
                    .filter(process -> process.isReady() && !process.isEnding())
                    .map(process -> {
                        Endpoint endpoint = new Endpoint();
                        endpoint.setAddresses(List.of(podIp(process.address())));
                        return endpoint;
                    })
                    .toList();
        }
    }

    private List<Endpoint> published() {
        List<Endpoint> ready = new ArrayList<>();
        for (EndpointSlice slice : client.discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace)
                .withLabel(PROXIES.substring(0, PROXIES.indexOf('=')), PROXIES.substring(PROXIES.indexOf('=') + 1))
                .withLabel(SERVICE)
                .list()
                .getItems()) {
            // A slice of no endpoints has null here.
            for (Endpoint endpoint : Objects.requireNonNullElse(slice.getEndpoints(), List.<Endpoint>of())) {
                if (Boolean.TRUE.equals(endpoint.getConditions().getReady())) {
                    ready.add(endpoint);
                }
            }
        }
        return ready;
    }

    private void begin(Pod pod) throws IOException {
        String node = pod.getSpec().getNodeName();
        if (node == null || node.isEmpty()) {
            bind(pod);
        }
        addresses++;
        String address = "127.%d.%d.%d".formatted(1 + network % 254, network / 254, addresses);
        PodProcess process;
        try {
            process = PodProcess.start(client, pod, address, directory, jvm);
        } catch (IllegalStateException volumeNotThereYet) {
            return;
        }
        running.put(process.uid(), process);
        report(process, false);
    }

    private void bind(Pod pod) {
        client.bindings()
                .inNamespace(namespace)
                .resource(new BindingBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(pod.getMetadata().getName())
                        .endMetadata()
                        .withNewTarget()
                        .withApiVersion("v1")
                        .withKind("Node")
                        .withName(NODE)
                        .endTarget()
                        .build())
                .create();
    }

    private void look(PodProcess process, Pod pod) throws IOException {
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            process.end(pod);
        }
        if (process.hasEnded()) {
            client.resource(pod).withGracePeriod(0).delete();
            return;
        }
        process.keepRunning();
        try {
            process.refreshVolumes(client);
        } catch (IllegalStateException deleted) {
            // What is mounted stays.
        }
        boolean before = process.isReady();
        if (process.probe() != before) {
            report(process, process.isReady());
        }
    }

    private void report(PodProcess process, boolean isReady) {
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        String ready = isReady ? "True" : "False";
        client.pods().inNamespace(namespace).withName(process.name()).editStatus(pod -> new PodBuilder(pod)
                .withNewStatus()
                .withPhase("Running")
                .withHostIP("127.0.0.1")
                .withPodIP(podIp(process.address()))
                .addNewPodIP(podIp(process.address()))
                .withStartTime(process.startedAt().toString())
                .addNewCondition()
                .withType("PodScheduled")
                .withStatus("True")
                .endCondition()
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready)
                .withLastTransitionTime(now)
                .endCondition()
                .addNewCondition()
                .withType("ContainersReady")
                .withStatus(ready)
                .withLastTransitionTime(now)
                .endCondition()
                .endStatus()
                .build());
    }

    private static String podIp(String loopback) {
        return "10" + loopback.substring("127".length());
    }

    private static String loopback(String podIp) {
        return "127" + podIp.substring("10".length());
    }

    @Override
    public void close() {
        ended = true;
        try {
            thread.join(20_000);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        running.values().forEach(PodProcess::kill);
        client.close();
    }
}
