package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.grpc.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whose token opens the control channel of a pool, asked at its door with tokens of a real API server. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class TokenRefusedIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String ACCOUNT = "shop-backendpool";

    private final TestNamespace namespace = new TestNamespace();
    private @Nullable ClusterOperator operator;

    @BeforeEach
    void start() throws IOException {
        Assumptions.assumeTrue(namespace.server.kind().isReal(), "the in-JVM server issues no tokens");
        ClusterOperator started = ClusterOperator.start(
                namespace.server.config(),
                new ClusterOptions(
                        new Scope(List.of(namespace.name)),
                        namespace.name,
                        "one",
                        "127.0.0.1",
                        0,
                        List.of("127.0.0.1"),
                        "127.0.0.1",
                        0,
                        "backendpool-operator",
                        ClusterOptions.LeaseTimes.USUAL,
                        ClusterOptions.USUAL_CA_OVERLAP,
                        "backendpool-proxy:test"),
                Clock.systemUTC());
        operator = started;
        await().atMost(LIMIT).until(() -> started.controlPort() != 0 && started.notReady() == null);
        namespace.pool("shop", TestNamespace.spec("{name: a, addresses: [\"192.0.2.1:80\"]}"));
        namespace.pool("other", TestNamespace.spec("{name: a, addresses: [\"192.0.2.2:80\"]}"));
        await().atMost(LIMIT).until(() -> bootstrap("shop") != null && bootstrap("other") != null);
    }

    @AfterEach
    void stop() {
        if (operator != null) {
            operator.close();
        }
        namespace.close();
    }

    @Test
    void token_ofThePoolsOwnPod_getsThePool() throws IOException {
        try (CrowdProxy proxy = dial("shop", token(pod(ACCOUNT, "mine"), TokenReviewVerifier.AUDIENCE))) {
            await().atMost(LIMIT).until(() -> proxy.live() != null);
            assertThat(Objects.requireNonNull(proxy.live()).snapshot().id().name())
                    .isEqualTo("shop");
        }
    }

    @Test
    void token_forAnotherAudience_isRefused() throws IOException {
        refused(
                "shop",
                token(pod(ACCOUNT, "mine"), "https://kubernetes.default.svc"),
                Status.Code.UNAUTHENTICATED,
                "token: opens no pool");
    }

    @Test
    void token_ofAServiceAccountOfNoPool_isRefused() throws IOException {
        namespace
                .client
                .resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name)
                        .withName("somebody")
                        .endMetadata()
                        .build())
                .create();
        refused(
                "shop",
                token(pod("somebody", "theirs"), TokenReviewVerifier.AUDIENCE),
                Status.Code.UNAUTHENTICATED,
                "token: opens no pool");
    }

    @Test
    void token_ofAnotherPool_isRefused() throws IOException {
        refused(
                "shop",
                token(pod("other-backendpool", "others"), TokenReviewVerifier.AUDIENCE),
                Status.Code.PERMISSION_DENIED,
                "(expected: %s/other, the pool that the token opens)".formatted(namespace.name));
    }

    @Test
    void token_ofAPodThatIsDeleted_isRefused() throws IOException {
        Pod pod = pod(ACCOUNT, "mine");
        String token = token(pod, TokenReviewVerifier.AUDIENCE);
        namespace.client.resource(pod).withGracePeriod(0).delete();
        // The API server remembers for some seconds what it has last seen of a pod.
        await().atMost(LIMIT)
                .untilAsserted(() -> refused("shop", token, Status.Code.UNAUTHENTICATED, "token: opens no pool"));
    }

    @Test
    void token_ofADeletedPool_isRefused() throws IOException {
        String token = token(pod(ACCOUNT, "mine"), TokenReviewVerifier.AUDIENCE);
        try (CrowdProxy proxy = dial("shop", token)) {
            await().atMost(LIMIT).until(() -> proxy.live() != null);
            namespace
                    .client
                    .resources(io.backendpool.api.v1alpha1.BackendPool.class)
                    .inNamespace(namespace.name)
                    .withName("shop")
                    .delete();
            await("it is sent away").atMost(LIMIT).until(() -> proxy.ended() != null);
        }
        try (CrowdProxy proxy = dial("shop", token)) {
            await().atMost(LIMIT).until(() -> proxy.ended() != null);
            assertThat(proxy.live()).isNull();
        }
    }

    private void refused(String pool, String token, Status.Code code, String sentence) throws IOException {
        try (CrowdProxy proxy = dial(pool, token)) {
            await().atMost(LIMIT).until(() -> proxy.ended() != null || proxy.live() != null);
            assertThat(proxy.live()).isNull();
            Status ended = Objects.requireNonNull(proxy.ended());
            assertThat(ended.getCode()).isEqualTo(code);
            assertThat(ended.getDescription()).contains(sentence);
        }
    }

    private CrowdProxy dial(String pool, String token) throws IOException {
        return new CrowdProxy(
                Objects.requireNonNull(operator).controlPort(),
                CrowdProxy.trusting(new String(
                        Base64.getDecoder()
                                .decode(Objects.requireNonNull(bootstrap("other"))
                                        .getData()
                                        .get("ca.crt")),
                        StandardCharsets.US_ASCII)),
                token,
                namespace.name + "/" + pool,
                "proxy-1");
    }

    private @Nullable Secret bootstrap(String pool) {
        return namespace
                .client
                .secrets()
                .inNamespace(namespace.name)
                .withName(pool + "-backendpool-bootstrap")
                .get();
    }

    private String token(Pod pod, String audience) {
        return PodProcess.token(namespace.client, pod, audience, true);
    }

    private Pod pod(String account, String name) {
        return namespace
                .client
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name)
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withServiceAccountName(account)
                        .addNewContainer()
                        .withName("proxy")
                        .withImage("none")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }
}
