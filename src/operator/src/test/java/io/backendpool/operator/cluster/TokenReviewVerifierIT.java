package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backendpool.pool.PoolId;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real tokens of a real API server. */
class TokenReviewVerifierIT {
    private static final String ACCOUNT = "shop-backendpool";

    private final TestNamespace namespace = new TestNamespace();
    private final PoolId shop = new PoolId(namespace.name, "shop");

    @BeforeEach
    void real() {
        Assumptions.assumeTrue(namespace.server.kind().isReal(), "the in-JVM server issues no tokens");
    }

    @AfterEach
    void stop() {
        namespace.close();
    }

    @Test
    void token_ofAPodOfThePool_opensThePool() {
        Pod pod = pod(ACCOUNT);
        assertThat(verifier(namespace.client, Clock.systemUTC()).verify(token(pod, true)))
                .isEqualTo(shop);
    }

    @Test
    void token_forAnotherAudience_opensNothing() {
        Pod pod = pod(ACCOUNT);
        String token = PodProcess.token(namespace.client, pod, "somebody.else", true);
        assertThat(verifier(namespace.client, Clock.systemUTC()).verify(token)).isNull();
    }

    @Test
    void token_boundToNoPod_opensNothing() {
        assertThat(verifier(namespace.client, Clock.systemUTC()).verify(token(pod(ACCOUNT), false)))
                .isNull();
    }

    @Test
    void token_ofAnotherServiceAccount_opensNothing() {
        assertThat(verifier(namespace.client, Clock.systemUTC()).verify(token(pod("other"), true)))
                .isNull();
    }

    @Test
    void token_whereTheRightToAskIsMissing_isRefusedForNow_withTheSentenceOfTheApiServer() {
        KubernetesClient nobody = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(namespace.server.config())
                        .withImpersonateUsername("nobody")
                        .build())
                .build();
        try (nobody) {
            assertThatThrownBy(() -> verifier(nobody, Clock.systemUTC()).verify(token(pod(ACCOUNT), true)))
                    .isInstanceOfSatisfying(
                            KubernetesClientException.class, refused -> assertThat(ApiProblem.of(refused))
                                    .contains("cannot create resource \"tokenreviews\"")
                                    .endsWith("(expected: a Role that grants it)"));
        }
    }

    @Test
    void token_thatIsNone_opensNothing() {
        assertThat(verifier(namespace.client, Clock.systemUTC()).verify("not.a.token"))
                .isNull();
    }

    @Test
    void token_ofADeletedPod_opensNothingOnceItIsNotFresh() {
        Pod pod = pod(ACCOUNT);
        String token = token(pod, true);
        Instant now = Instant.now();
        Instant[] time = {now};
        TokenReviewVerifier verifier = verifier(namespace.client, clock(time));
        assertThat(verifier.verify(token)).isEqualTo(shop);
        namespace.client.resource(pod).withGracePeriod(0).delete();
        assertThat(verifier.verify(token)).isEqualTo(shop);
        // The API server remembers tokens for some seconds, too.
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> {
                    time[0] = time[0].plus(TokenReviewVerifier.FRESH);
                    return verifier.verify(token) == null;
                });
    }

    @Test
    void token_whileTheApiServerIsAway_opensWhatItDidForAWhileAndNothingNew() {
        String token = token(pod(ACCOUNT), true);
        Instant now = Instant.now();
        Instant[] time = {now};
        AtomicBoolean cut = new AtomicBoolean();
        try (KubernetesClient cuttable = cuttable(cut)) {
            TokenReviewVerifier verifier = verifier(cuttable, clock(time));
            assertThat(verifier.verify(token)).isEqualTo(shop);
            cut.set(true);
            time[0] = now.plus(Duration.ofMinutes(5));
            assertThat(verifier.verify(token)).isEqualTo(shop);
            time[0] = now.plus(TokenReviewVerifier.GRACE);
            assertThatThrownBy(() -> verifier.verify(token)).isInstanceOf(KubernetesClientException.class);
            assertThatThrownBy(() -> verifier.verify("new")).isInstanceOf(KubernetesClientException.class);
        }
    }

    /** A client whose requests lead nowhere while {@code cut}. */
    private KubernetesClient cuttable(AtomicBoolean cut) {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(namespace.server.config())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("cut", new Interceptor() {
                    @Override
                    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
                        if (cut.get()) {
                            builder.uri(URI.create("https://127.0.0.1:1/"));
                        }
                    }
                }))
                .build();
    }

    private TokenReviewVerifier verifier(KubernetesClient client, Clock clock) {
        return new TokenReviewVerifier(client, this::poolOf, clock);
    }

    private @Nullable PoolId poolOf(String space, String account) {
        return space.equals(namespace.name) && account.equals(ACCOUNT) ? shop : null;
    }

    private static Clock clock(Instant[] time) {
        return new Clock() {
            @Override
            public Instant instant() {
                return time[0];
            }

            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }
        };
    }

    private String token(Pod pod, boolean bound) {
        return PodProcess.token(namespace.client, pod, TokenReviewVerifier.AUDIENCE, bound);
    }

    private Pod pod(String account) {
        namespace
                .client
                .resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name)
                        .withName(account)
                        .endMetadata()
                        .build())
                .create();
        return namespace
                .client
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name)
                        .withName(account + "-1")
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
