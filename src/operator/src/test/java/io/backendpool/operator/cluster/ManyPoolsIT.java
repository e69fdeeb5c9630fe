package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many pools at once: the built operator on a real API server, with a real pod and token for each pool's proxy, and a
 * {@link CrowdProxy} in its place.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class ManyPoolsIT {
    private static final int POOLS = 200;
    private static final Duration LIMIT = Duration.ofMinutes(4);

    /** Longer than the operator waits between two copies of a pool for its bootstrap Secret. */
    private static final Duration QUIET = Bootstraps.PAUSE.plusSeconds(2);

    private static final Duration STEADY = Duration.ofSeconds(30);

    @TempDir
    private Path directory = Path.of("");

    private final TestNamespace namespace = new TestNamespace();
    private final Map<String, CrowdProxy> proxies = new HashMap<>();
    private @Nullable OperatorProcess operator;

    @BeforeEach
    void needs() {
        Assumptions.assumeTrue(namespace.server.kind().isReal(), "needs the real API server's tokens");
        Assumptions.assumeTrue(!namespace.server.kind().hasNodes(), "nodes run the pods there");
        Assumptions.assumeTrue(Programs.missing().isEmpty(), Programs.missing());
    }

    @AfterEach
    void stop() {
        proxies.values().forEach(CrowdProxy::close);
        if (operator != null) {
            operator.close();
        }
        namespace.close();
    }

    @Test
    void pools_200AtOnce_allGetReadyAndThenNothingIsWritten() throws Exception {
        OperatorProcess leader = OperatorProcess.start(
                namespace, directory, "one", ClusterScenario.free(), OperatorProcess.AS_IN_THE_IMAGE);
        operator = leader;
        leader.awaitLeading();
        namespace.service("web", 80, 8080);
        namespace.endpoints("web", 8080, List.of("10.1.0.1", "10.1.0.2", "10.1.0.3"));

        pool(0);
        awaitReady(leader, 1);
        quiet(leader);
        long rssOfOne = leader.rssMiB();

        Map<String, Integer> before = leader.writes();
        long created = System.nanoTime();
        for (int i = 1; i < POOLS; i++) {
            pool(i);
        }
        long applied = System.nanoTime();
        awaitReady(leader, POOLS);
        long ready = System.nanoTime();
        Map<String, Integer> writes = new java.util.TreeMap<>(leader.writes());
        before.forEach((kind, count) -> writes.merge(kind, -count, Integer::sum));
        quiet(leader);

        int steady = Writes.sum(leader.writes());
        await("nothing is written")
                .pollDelay(STEADY)
                .atMost(STEADY.plusSeconds(10))
                .until(() -> true);
        assertThat(Writes.sum(leader.writes())).isEqualTo(steady);
        System.out.printf(
                "many pools: %d pools created in %.1f s, all Ready %.1f s after the first; writes until then %d: %s;"
                        + " in %d s after that 0; RSS of the operator with 1 pool %d MiB, with %d pools %d MiB%n",
                POOLS - 1,
                (applied - created) / 1e9,
                (ready - created) / 1e9,
                Writes.sum(writes),
                writes,
                STEADY.toSeconds(),
                rssOfOne,
                POOLS,
                leader.rssMiB());
    }

    private void pool(int number) {
        namespace.pool("pool-" + number, """
                {listeners: [{name: http, port: 8080, protocol: HTTP}], proxy: {replicas: 1},
                 backends: [{name: web, service: {name: web, port: 80}}]}""");
    }

    /** Plays the nodes until so many pools are Ready. */
    private void awaitReady(OperatorProcess leader, int pools) {
        await("%d pools are Ready".formatted(pools))
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(200))
                .failFast(() -> proxies.values().stream().anyMatch(proxy -> proxy.ended() != null))
                .until(() -> {
                    proxiesOfNewPods(leader);
                    return ready() == pools;
                });
    }

    private long ready() {
        return namespace.client.resources(BackendPool.class).inNamespace(namespace.name).list().getItems().stream()
                .filter(ManyPoolsIT::isReady)
                .count();
    }

    private static boolean isReady(BackendPool pool) {
        BackendPoolStatus status = pool.getStatus();
        return status != null
                && status.conditions != null
                && status.proxies != null
                && "1/1".equals(status.proxies.syncedRatio)
                && status.conditions.stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True"));
    }

    private void proxiesOfNewPods(OperatorProcess leader) throws IOException {
        if (!namespace.server.hasControllers()) {
            makePods();
        }
        Map<String, Secret> secrets = new HashMap<>();
        namespace
                .client
                .secrets()
                .inNamespace(namespace.name)
                .list()
                .getItems()
                .forEach(secret -> secrets.put(secret.getMetadata().getName(), secret));
        for (Pod pod :
                namespace.client.pods().inNamespace(namespace.name).list().getItems()) {
            String name = pod.getMetadata().getName();
            Secret bootstrap = secrets.get(pod.getSpec().getServiceAccountName() + "-bootstrap");
            if (bootstrap != null && !proxies.containsKey(name)) {
                SslContext tls = CrowdProxy.trusting(new String(
                        Base64.getDecoder().decode(bootstrap.getData().get("ca.crt")), StandardCharsets.US_ASCII));
                String pool = pod.getMetadata().getLabels().get("backendpool.io/pool");
                String token = PodProcess.token(namespace.client, pod, TokenReviewVerifier.AUDIENCE, true);
                proxies.put(name, new CrowdProxy(leader.controlPort(), tls, token, namespace.name + "/" + pool, name));
            }
        }
    }

    private void makePods() {
        Set<String> there = new HashSet<>();
        namespace
                .client
                .pods()
                .inNamespace(namespace.name)
                .list()
                .getItems()
                .forEach(pod -> there.add(pod.getMetadata().getName()));
        for (Deployment deployment : namespace
                .client
                .apps()
                .deployments()
                .inNamespace(namespace.name)
                .list()
                .getItems()) {
            String name = deployment.getMetadata().getName() + "-1";
            if (!there.contains(name)) {
                namespace
                        .client
                        .resource(new PodBuilder()
                                .withNewMetadata()
                                .withNamespace(namespace.name)
                                .withName(name)
                                .withLabels(deployment
                                        .getSpec()
                                        .getTemplate()
                                        .getMetadata()
                                        .getLabels())
                                .endMetadata()
                                .withSpec(deployment.getSpec().getTemplate().getSpec())
                                .build())
                        .create();
            }
        }
    }

    /** Until nothing has been written for a while. */
    private static void quiet(OperatorProcess leader) {
        int[] last = {-1};
        await("nothing is written").atMost(LIMIT).pollInterval(QUIET).until(() -> {
            int now = Writes.sum(leader.writes());
            boolean same = now == last[0];
            last[0] = now;
            return same;
        });
    }
}
