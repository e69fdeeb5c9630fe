package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.api.v1alpha1.LoadBalancing;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The proxies' pods as the cluster's own controllers make, replace and delete them, under load. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ProxyPodsIT extends ClusterScenario {
    @BeforeEach
    void needsControllers() {
        Assumptions.assumeTrue(
                namespace.server.hasControllers(), "needs kube-controller-manager in KUBEBUILDER_ASSETS");
    }

    @Test
    void template_changed_replacesEveryPodWithoutALostRequest() throws Exception {
        operator("one");
        shopOf(2);
        try (Traffic traffic = traffic()) {
            more(traffic, 200);
            Set<String> before = uids();
            edit(spec -> {
                var proxy = Objects.requireNonNull(spec.proxy);
                proxy.labels = Map.of("team", "checkout");
                proxy.resources = new ResourceRequirementsBuilder()
                        .addToRequests("cpu", new Quantity("100m"))
                        .build();
            });
            await("two new pods take all traffic")
                    .atMost(SOON.multipliedBy(2))
                    .until(() -> uids().stream().noneMatch(before::contains) && uids().size() == 2);
            serving(2);
            assertThat(kubelet().pods())
                    .allSatisfy(pod ->
                            assertThat(pod.pod().getMetadata().getLabels()).containsEntry("team", "checkout"));
            more(traffic, 200);
            noneFailed(traffic);
        }
    }

    @Test
    void change_thatDoesNotConcernTheTemplate_replacesNoPod() throws Exception {
        operator("one");
        shopOf(2);
        int second = free();
        try (Traffic traffic = traffic()) {
            more(traffic, 200);
            Set<String> before = uids();
            String template = template();
            edit(spec -> {
                Objects.requireNonNull(spec.backends).getFirst().weight = 7;
                spec.loadBalancing = new LoadBalancing();
                spec.loadBalancing.policy = LoadBalancing.Policy.Random;
                var listener = new io.backendpool.api.v1alpha1.Listener();
                listener.name = "second";
                listener.port = second;
                Objects.requireNonNull(spec.listeners).add(listener);
            });
            synced(2);
            assertThat(Traffic.once(new InetSocketAddress(
                            kubelet().endpoints(second).getFirst().getAddress(), second)))
                    .startsWith("200 web-");
            assertThat(namespace
                            .client
                            .services()
                            .inNamespace(namespace.name)
                            .withName(OWNED)
                            .get()
                            .getSpec()
                            .getPorts())
                    .hasSize(2);
            more(traffic, 200);
            assertThat(uids()).isEqualTo(before);
            assertThat(template()).isEqualTo(template);
            noneFailed(traffic);
        }
    }

    @Test
    void pool_scaledByKubectl_hasSoManyProxiesAndLosesNoRequest() throws Exception {
        Assumptions.assumeTrue(namespace.server.kubectl().isPresent(), "no kubectl in KUBEBUILDER_ASSETS");
        operator("one");
        shopOf(2);
        try (Traffic traffic = traffic()) {
            more(traffic, 200);
            assertThat(kubectl("scale", "backendpool", POOL, "--replicas=3")).contains("scaled");
            serving(3);
            assertThat(Objects.requireNonNull(status().proxies).syncedRatio).isEqualTo("3/3");
            System.out.print(kubectl("get", "backendpool", POOL));
            assertThat(kubectl("scale", "backendpool", POOL, "--replicas=1")).contains("scaled");
            await("two proxies are gone")
                    .atMost(SOON)
                    .until(() -> kubelet().pods().size() == 1);
            serving(1);
            more(traffic, 200);
            noneFailed(traffic);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BACKGROUND", "FOREGROUND"})
    void pool_deleted_takesAllThatItOwnsAlongAfterTheLastRequest(DeletionPropagation propagation) throws Exception {
        operator("one");
        shopOf(2);
        List<PodProcess> proxies = kubelet().pods();
        List<CompletableFuture<String>> slow = kubelet().endpoints(listenerPort).stream()
                .map(proxy -> CompletableFuture.supplyAsync(
                        () -> slow(proxy), task -> Thread.ofVirtual().start(task)))
                .toList();
        await("they are on their way").atMost(SOON).until(() -> backends().slowNow() == 2);
        long deleted = System.nanoTime();
        poolResource().withPropagationPolicy(propagation).delete();
        await("nothing of it is left").atMost(SOON).until(() -> leftovers().isEmpty());
        System.out.printf(
                "cluster scenario: pool deleted (%s), nothing of it left after %d ms%n",
                propagation, millisSince(deleted));
        // SIGTERM came while they waited for their backend.
        for (CompletableFuture<String> request : slow) {
            assertThat(request.get(1, TimeUnit.SECONDS)).startsWith("200 web-");
        }
        assertThat(proxies)
                .allSatisfy(proxy -> assertThat(proxy.exitedAfterSigterm()).isTrue());
        assertThat(operatorCalled("one").page("/metrics")).contains("\nbackendpool_pools 0.0");
    }

    private static String slow(InetSocketAddress proxy) {
        try {
            return Traffic.once(proxy, Backends.SLOW);
        } catch (java.io.IOException failed) {
            return failed.toString();
        }
    }

    private List<String> leftovers() {
        List<String> names = new ArrayList<>();
        var client = namespace.client;
        Stream.of(
                        client.apps().deployments(),
                        client.apps().replicaSets(),
                        client.pods(),
                        client.services(),
                        client.serviceAccounts(),
                        client.secrets(),
                        client.policy().v1().podDisruptionBudget(),
                        client.network().v1().networkPolicies(),
                        client.discovery().v1().endpointSlices())
                .forEach(kind -> kind.inNamespace(namespace.name).list().getItems().stream()
                        .map(object -> (HasMetadata) object)
                        .map(object ->
                                object.getKind() + "/" + object.getMetadata().getName())
                        .filter(name -> name.contains("/" + OWNED))
                        .forEach(names::add));
        return names;
    }

    private Set<String> uids() {
        return kubelet().pods().stream().map(PodProcess::uid).collect(Collectors.toSet());
    }

    private String template() {
        Deployment deployment = namespace
                .client
                .apps()
                .deployments()
                .inNamespace(namespace.name)
                .withName(OWNED)
                .require();
        return deployment.getMetadata().getGeneration() + " "
                + deployment.getSpec().getTemplate();
    }
}
