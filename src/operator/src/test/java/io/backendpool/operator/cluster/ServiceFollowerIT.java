package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.operator.translate.ServiceId;
import io.backendpool.operator.translate.ServiceState;
import io.fabric8.kubernetes.api.model.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceFollowerIT {
    private final TestNamespace namespace = new TestNamespace();
    private final ServiceFollower follower = new ServiceFollower(namespace.client, new Scope(List.of(namespace.name)));
    private final ConcurrentLinkedQueue<ServiceId> changes = new ConcurrentLinkedQueue<>();
    private final ServiceId web = new ServiceId(namespace.name, "web");

    ServiceFollowerIT() {
        follower.onChange(changes::add);
    }

    @AfterEach
    void stop() {
        follower.close();
        namespace.close();
    }

    @Test
    void follow_aServiceThatIsThere_givesItsEndpoints() {
        namespace.service("web", 80, 8080);
        namespace.endpoints("web", 8080, List.of("10.0.0.1", "10.0.0.2"));
        follower.follow(Set.of(web));
        eventually(web, List.of("10.0.0.1", "10.0.0.2"));
        assertThat(changes).contains(web);
    }

    /** The list of one namespace must not take away what is known of another. */
    @Test
    void follow_inSeveralNamespaces_keepsTheServicesOfAll() {
        namespace.service("web", 80, 8080);
        namespace.endpoints("web", 8080, List.of("10.0.0.1"));
        try (TestNamespace second = new TestNamespace();
                TestNamespace third = new TestNamespace()) {
            second.service("web", 80, 8080);
            second.endpoints("web", 8080, List.of("10.0.0.2"));
            ServiceId other = new ServiceId(second.name, "web");
            try (ServiceFollower several = new ServiceFollower(
                    namespace.client, new Scope(List.of(namespace.name, second.name, third.name)))) {
                several.follow(Set.of(web, other));
                eventually(several, web, List.of("10.0.0.1"));
                eventually(several, other, List.of("10.0.0.2"));
                second.endpoints("web", 8080, List.of("10.0.0.3"));
                eventually(several, other, List.of("10.0.0.3"));
                eventually(several, web, List.of("10.0.0.1"));
            }
        }
    }

    @Test
    void follow_aServiceThatComesAndGoes_isToldEachTime() {
        follower.follow(Set.of(web));
        await().until(() -> follower.state(web) instanceof ServiceState.Absent);
        namespace.service("web", 80, 8080);
        eventually(web, List.of());
        namespace.endpoints("web", 8080, List.of("10.0.0.1"));
        eventually(web, List.of("10.0.0.1"));
        namespace.endpoints("web", "web-2", 8080, List.of("10.0.0.2"));
        eventually(web, List.of("10.0.0.1", "10.0.0.2"));
        namespace
                .client
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace.name)
                .withName("web-1")
                .delete();
        eventually(web, List.of("10.0.0.2"));
        namespace.client.services().inNamespace(namespace.name).withName("web").delete();
        await().until(() -> follower.state(web) instanceof ServiceState.Absent);
    }

    @Test
    void follow_aServiceOfWhichEventsPassedUnfollowed_givesTheNewest() {
        namespace.service("web", 80, 8080);
        ServiceId other = new ServiceId(namespace.name, "other");
        follower.follow(Set.of(other));
        await().until(() -> follower.state(other) instanceof ServiceState.Absent);
        for (int i = 1; i <= 5; i++) {
            namespace.endpoints("web", 8080, List.of("10.0.0." + i));
        }
        follower.follow(Set.of(other, web));
        eventually(web, List.of("10.0.0.5"));
        follower.follow(Set.of(other));
        namespace.endpoints("web", 8080, List.of("10.0.0.6"));
        follower.follow(Set.of(web));
        eventually(web, List.of("10.0.0.6"));
    }

    @Test
    void follow_whileEndpointsChange_alwaysEndsOnTheNewest() {
        namespace.service("web", 80, 8080);
        Random random = new Random(7);
        for (int round = 0; round < 20; round++) {
            follower.follow(random.nextBoolean() ? Set.of() : Set.of(web));
            namespace.endpoints("web", "web-" + random.nextInt(3), 8080, List.of("10.0." + round + ".1"));
            follower.follow(Set.of(web));
        }
        Set<String> expected = new TreeSet<>();
        namespace
                .client
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(namespace.name)
                .list()
                .getItems()
                .forEach(
                        slice -> expected.addAll(slice.getEndpoints().getFirst().getAddresses()));
        eventually(web, List.copyOf(expected));
    }

    @Test
    void memory_ofServicesThatNobodyRefersTo_isAName() {
        Service whole = namespace.service("web", 80, 8080);
        Stubs<Service> stubs = new Stubs<>(
                meta -> new io.fabric8.kubernetes.api.model.ServiceBuilder()
                        .withMetadata(meta)
                        .build(),
                null);
        stubs.put("k", whole);
        Service kept = java.util.Objects.requireNonNull(stubs.get("k"));
        assertThat(kept.getSpec()).isNull();
        assertThat(kept.getMetadata().getName()).isEqualTo("web");
        assertThat(kept.getMetadata().getManagedFields()).isEmpty();
    }

    private void eventually(ServiceId service, List<String> addresses) {
        eventually(follower, service, addresses);
    }

    private static void eventually(ServiceFollower follower, ServiceId service, List<String> addresses) {
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
            assertThat(follower.state(service)).isInstanceOf(ServiceState.Present.class);
            List<String> found = new ArrayList<>();
            ((ServiceState.Present) follower.state(service)).slices().forEach(slice -> slice.endpoints()
                    .forEach(endpoint -> found.add(endpoint.address())));
            assertThat(found).containsExactlyInAnyOrderElementsOf(addresses);
        });
    }
}
