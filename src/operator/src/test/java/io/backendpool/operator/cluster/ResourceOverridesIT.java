package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.api.v1alpha1.BackendPoolOverride;
import io.backendpool.api.v1alpha1.BackendPoolOverrideSpec;
import io.backendpool.operator.translate.OverrideSpec;
import io.backendpool.operator.translate.OverrideVerdict;
import io.backendpool.pool.PoolId;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResourceOverridesIT {
    private final TestNamespace namespace = new TestNamespace();
    private final PoolId web = new PoolId(namespace.name, "web");
    private final Queue<PoolId> changes = new ConcurrentLinkedQueue<>();
    private final ResourceOverrides overrides =
            new ResourceOverrides(namespace.client, new Scope(List.of(namespace.name)), web::equals, Clock.systemUTC());

    ResourceOverridesIT() {
        overrides.onChange(changes::add);
        overrides.start();
    }

    @AfterEach
    void stop() {
        overrides.close();
        namespace.close();
    }

    private void create(String name, String pool) {
        BackendPoolOverride resource = new BackendPoolOverride();
        resource.setMetadata(new ObjectMetaBuilder()
                .withNamespace(namespace.name)
                .withName(name)
                .build());
        BackendPoolOverrideSpec spec = new BackendPoolOverrideSpec();
        spec.pool = pool;
        spec.group = "blue";
        spec.drain = true;
        spec.reason = "disk full";
        resource.setSpec(spec);
        namespace.client.resource(resource).create();
    }

    private Condition condition(String name, String type) {
        BackendPoolOverride resource = Objects.requireNonNull(namespace
                .client
                .resources(BackendPoolOverride.class)
                .inNamespace(namespace.name)
                .withName(name)
                .get());
        return Objects.requireNonNull(Objects.requireNonNull(resource.getStatus()).conditions).stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void override_isRead_judged_andForgotten() {
        create("drain-blue", "web");
        await().atMost(Duration.ofSeconds(20)).until(() -> changes.contains(web));
        assertThat(overrides.of(web)).extracting(OverrideSpec::name).containsExactly("drain-blue");
        assertThat(overrides.of(new PoolId(namespace.name, "other"))).isEmpty();

        overrides.judged(
                web, List.of(new OverrideVerdict("drain-blue", OverrideVerdict.Reason.ACTIVE, "blue is drained")));
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().untilAsserted(() -> {
            assertThat(condition("drain-blue", "Active").getStatus()).isEqualTo("True");
            assertThat(condition("drain-blue", "Active").getMessage()).isEqualTo("blue is drained");
            assertThat(condition("drain-blue", "Accepted").getStatus()).isEqualTo("True");
        });
        overrides.judged(
                web, List.of(new OverrideVerdict("drain-blue", OverrideVerdict.Reason.EXPIRED, "expired at noon")));
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(condition("drain-blue", "Active").getStatus()).isEqualTo("False");
            assertThat(condition("drain-blue", "Active").getReason()).isEqualTo("Expired");
        });

        changes.clear();
        namespace
                .client
                .resources(BackendPoolOverride.class)
                .inNamespace(namespace.name)
                .withName("drain-blue")
                .delete();
        await().atMost(Duration.ofSeconds(20)).until(() -> changes.contains(web));
        assertThat(overrides.of(web)).isEmpty();
    }

    @Test
    void overrideOfAPoolThatIsNotThere_saysSo() {
        create("lost", "nowhere");
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().untilAsserted(() -> {
            assertThat(condition("lost", "Accepted").getStatus()).isEqualTo("False");
            assertThat(condition("lost", "Accepted").getReason()).isEqualTo("PoolNotFound");
            assertThat(condition("lost", "Accepted").getMessage()).contains("nowhere");
        });
    }
}
