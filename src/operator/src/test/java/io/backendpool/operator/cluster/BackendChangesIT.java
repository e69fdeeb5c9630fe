package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.api.v1alpha1.BackendPoolStatus;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What backends and their Services can do while they are in use, under load. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class BackendChangesIT extends ClusterScenario {
    @Test
    void endpoints_thatTerminate_areUsedOnlyWhenNothingElseIsLeft() throws Exception {
        operator("one");
        shopOf(2);
        try (Traffic traffic = traffic()) {
            more(traffic, 200);
            backends().terminating("web-1");
            awaitOnly(traffic, "web-2");
            assertThat(Objects.requireNonNull(status().summary).total).isEqualTo(2);

            backends().terminating("web-2");
            traffic.countAnew();
            await("both serve when both are going")
                    .atMost(SOON)
                    .until(() -> traffic.of("web-1") > 50 && traffic.of("web-2") > 50);

            backends().add("web", "web-3");
            awaitOnly(traffic, "web-3");
            backends().gone("web-1");
            backends().gone("web-2");
            awaitBackends(1);
            synced(2);
            backends().crash("web-1");
            backends().crash("web-2");
            more(traffic, 200);
            noneFailed(traffic);
        }
    }

    @Test
    void backend_thatDiesAndReturns_losesNoRequest() throws Exception {
        operator("one");
        shopOf(
                3,
                "healthCheck: {http: {path: /}, interval: 1s, timeout: 500ms, healthyThreshold: 1, unhealthyThreshold: 2}");
        await().atMost(SOON).until(() -> "3/3".equals(Objects.requireNonNull(status().summary).ratio));
        try (Traffic traffic = traffic()) {
            more(traffic, 200);
            for (int round = 0; round < 3; round++) {
                backends().crash("web-2");
                await("it is known to be dead").atMost(SOON).untilAsserted(() -> {
                    BackendPoolStatus status = status();
                    assertThat(Objects.requireNonNull(status.summary).ratio).isEqualTo("2/3");
                    assertThat(Objects.requireNonNull(status.backends).getFirst().reason)
                            .contains("connection refused");
                });
                assertThat(condition("Ready").getReason()).isEqualTo("Degraded");
                more(traffic, 200);
                backends().serve("web-2");
                await().atMost(SOON).until(() -> "3/3".equals(Objects.requireNonNull(status().summary).ratio));
                traffic.countAnew();
                await("it gets traffic again").atMost(SOON).until(() -> traffic.of("web-2") > 20);
            }
            noneFailed(traffic);
        }
    }

    @Test
    void service_deletedWhileInUse_isNamedAndTheOtherGroupTakesOver() throws Exception {
        operator("one");
        backends().service("web");
        backends().service("spare");
        backends().add("web", "web-1");
        backends().add("spare", "spare-1");
        pool(
                "{name: stable, service: {name: web, port: 80}, weight: 100}, {name: spare, service: {name: spare, port: 80}, weight: 1}");
        serving(2);
        try (Traffic traffic = traffic()) {
            more(traffic, 200);
            namespace
                    .client
                    .services()
                    .inNamespace(namespace.name)
                    .withName("web")
                    .delete();
            await().atMost(SOON).untilAsserted(() -> {
                assertThat(condition("ResolvedRefs").getReason()).isEqualTo("ServiceNotFound");
                assertThat(condition("ResolvedRefs").getMessage()).contains("spec.backends[0].service.name: web");
            });
            awaitOnly(traffic, "spare-1");
            assertThat(condition("Ready").getStatus()).isEqualTo("True");

            backends().service("web");
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(condition("ResolvedRefs").getStatus()).isEqualTo("True"));
            traffic.countAnew();
            await("it gets traffic again").atMost(SOON).until(() -> traffic.of("web-1") > 100);
            noneFailed(traffic);
        }
    }

    private static void awaitOnly(Traffic traffic, String backend) {
        await("only " + backend + " gets traffic").atMost(SOON).until(() -> {
            traffic.countAnew();
            more(traffic, 100);
            return traffic.backendsSeen() == 1 && traffic.of(backend) > 0;
        });
    }
}
