package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backendpool.operator.secrets.PastCertificates;
import io.backendpool.operator.secrets.TestSecret;
import io.backendpool.operator.translate.SecretId;
import io.backendpool.operator.translate.SecretState;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SecretFollowerIT {
    private final TestNamespace namespace = new TestNamespace();
    private final SecretFollower follower =
            new SecretFollower(namespace.client, Clock.systemUTC(), PastCertificates.NONE);
    private final Queue<SecretId> changes = new ConcurrentLinkedQueue<>();
    private final SecretId web = new SecretId(namespace.name, "web-tls");

    SecretFollowerIT() {
        follower.onChange(changes::add);
    }

    @AfterEach
    void stop() {
        follower.close();
        namespace.close();
    }

    private void awaitGood() {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(follower.state(web)).isInstanceOf(SecretState.Present.class);
            assertThat(((SecretState.Present) follower.state(web)).certificate())
                    .isInstanceOf(SecretState.Good.class);
        });
    }

    @Test
    void secretThatIsThere_isRead() {
        namespace.secret(
                "web-tls", "kubernetes.io/tls", TestSecret.ecdsa("a.test").content());
        follower.follow(Set.of(web));
        awaitGood();
        assertThat(changes).contains(web);
    }

    @Test
    void secretThatComesChangesAndGoes_isToldEachTime_andTheLastGoodIsKept() {
        follower.follow(Set.of(web));
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(follower.state(web))
                .isEqualTo(new SecretState.Absent(
                        "a Secret of the namespace " + namespace.name, SecretState.LastGood.NONE)));
        namespace.secret("web-tls", "Opaque", TestSecret.ecdsa("a.test").content());
        awaitGood();
        SecretState first = follower.state(web);
        namespace.secret("web-tls", "Opaque", TestSecret.rsa("a.test").content());
        await().atMost(Duration.ofSeconds(20)).until(() -> !follower.state(web).equals(first));
        awaitGood();
        namespace.secret("web-tls", "Opaque", Map.of("tls.crt", new byte[] {1, 2, 3}));
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            SecretState.Present present = (SecretState.Present) follower.state(web);
            assertThat(present.certificate()).isInstanceOf(SecretState.Bad.class);
            assertThat(present.lastGood().certificate()).isNotNull();
        });
        namespace
                .client
                .secrets()
                .inNamespace(namespace.name)
                .withName("web-tls")
                .delete();
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(follower.state(web))
                .isInstanceOfSatisfying(
                        SecretState.Absent.class,
                        absent -> assertThat(absent.lastGood().certificate()).isNotNull()));
    }

    @Test
    void secretsThatNobodyRefersTo_areNotSeen() {
        follower.follow(Set.of(web));
        await().atMost(Duration.ofSeconds(20)).until(() -> follower.state(web) instanceof SecretState.Absent);
        namespace.secret(
                "another", "kubernetes.io/tls", TestSecret.ecdsa("b.test").content());
        namespace.secret(
                "web-tls", "kubernetes.io/tls", TestSecret.ecdsa("a.test").content());
        awaitGood();
        assertThat(changes).containsOnly(web);
        follower.follow(Set.of());
        assertThat(follower.state(web)).isEqualTo(new SecretState.Pending());
    }
}
