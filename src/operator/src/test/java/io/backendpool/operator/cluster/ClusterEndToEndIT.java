package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.autoscaling.v1.ScaleBuilder;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From apply to a lost operator, in one run. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ClusterEndToEndIT extends ClusterScenario {
    @Test
    void pool_fromApplyToALostOperator_losesNoRequestAndTellsTheTruth() throws Exception {
        long applied = System.nanoTime();
        operator("one");
        backends().service("web");
        for (int i = 1; i <= 3; i++) {
            backends().add("web", "web-" + i);
        }
        int legacy = backends().serve("legacy");
        pool(
                "{name: stable, service: {name: web, port: 80}, weight: 100}, {name: legacy, addresses: [\"%s:%d\"], weight: 0}"
                        .formatted(backends().host(), legacy));
        serving(2);
        assertThat(onceEach()).hasSize(2).allMatch(answer -> answer.startsWith("200 web-"));
        System.out.printf("cluster e2e: operator start to first 200 of both proxies %d ms%n", millisSince(applied));
        assertThat(condition("Programmed").getStatus()).isEqualTo("True");
        assertThat(Objects.requireNonNull(status().proxies).syncedRatio).isEqualTo("2/2");
        assertThat(Objects.requireNonNull(status().summary).ratio).isEqualTo("4/4");

        try (Traffic traffic = traffic()) {
            // Weight edit: half of the requests go to the other group.
            edit(spec -> Objects.requireNonNull(spec.backends).get(1).weight = 100);
            synced(2);
            traffic.countAnew();
            long mark = traffic.succeeded();
            more(traffic, 600);
            double share = (double) traffic.of("legacy") / (traffic.succeeded() - mark);
            assertThat(share).isBetween(0.4, 0.6);
            edit(spec -> Objects.requireNonNull(spec.backends).get(1).weight = 0);
            synced(2);

            // 3 to 30 to 1.
            long scaled = System.nanoTime();
            for (int i = 4; i <= 30; i++) {
                backends().add("web", "web-" + i);
            }
            awaitBackends(31);
            synced(2);
            traffic.countAnew();
            await().atMost(SOON).until(() -> traffic.backendsSeen() == 30);
            for (int i = 2; i <= 30; i++) {
                backends().terminating("web-" + i);
            }
            synced(2);
            for (int i = 2; i <= 30; i++) {
                backends().gone("web-" + i);
            }
            awaitBackends(2);
            synced(2);
            for (int i = 2; i <= 30; i++) {
                backends().crash("web-" + i);
            }
            System.out.printf("cluster e2e: 3 to 30 to 1 endpoints in %d ms%n", millisSince(scaled));
            assertThat(traffic.failures()).as("after scaling").isEmpty();

            // The operator is killed; endpoints change while it is away; a new proxy starts from the Secret.
            long revision = Objects.requireNonNull(status().revision);
            await().atMost(SOON).until(() -> String.valueOf(revision)
                    .equals(bootstrap().get().getMetadata().getAnnotations().get("backendpool.io/revision")));
            operatorCalled("one").kill();
            long killed = System.nanoTime();
            backends().add("web", "web-31");
            oneMoreProxy();
            await("a third proxy takes traffic")
                    .atMost(SOON)
                    .until(() -> kubelet().endpoints(listenerPort).size() == 3);
            assertThat(onceEach()).hasSize(3).allMatch(answer -> answer.equals("200 web-1"));
            assertThat(kubelet().pods().getLast().page("/pool")).contains("\"stale\" : true");
            assertThat(traffic.failures()).as("while no operator is there").isEmpty();
            operator("two");
            awaitBackends(3);
            synced(3);
            System.out.printf(
                    "cluster e2e: operator killed, another leads and all are synced after %d ms%n",
                    millisSince(killed));
            assertThat(Objects.requireNonNull(status().revision)).isGreaterThan(revision);
            assertThat(kubelet().pods().getLast().page("/pool")).contains("\"stale\" : false");
            traffic.countAnew();
            await().atMost(SOON).until(() -> traffic.of("web-31") > 0);
            noneFailed(traffic);
        }
    }

    private void oneMoreProxy() {
        if (!namespace.server.hasControllers()) {
            kubelet().add(OWNED, 3);
            return;
        }
        namespace
                .client
                .apps()
                .deployments()
                .inNamespace(namespace.name)
                .withName(OWNED)
                .scale(new ScaleBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name)
                        .withName(OWNED)
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(3)
                        .endSpec()
                        .build());
    }
}
