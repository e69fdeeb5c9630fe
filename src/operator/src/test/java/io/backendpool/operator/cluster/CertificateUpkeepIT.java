package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.operator.certificates.CertificateAuthority;
import io.backendpool.operator.certificates.CertificatePolicy;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against any API server, the in-JVM one too: it needs no more than one Secret. */
class CertificateUpkeepIT {
    private final TestNamespace namespace = new TestNamespace();
    private final SecretCertificateStore store =
            new SecretCertificateStore(namespace.client, namespace.name, ClusterOptions.CERTIFICATES);
    private int bundles;
    private int failures;
    private boolean fails;

    @SuppressWarnings("NullAway.Init") // by open
    private CertificateAuthority authority;

    @SuppressWarnings("NullAway.Init") // by open
    private CertificateUpkeep upkeep;

    @BeforeEach
    void open() throws IOException {
        authority = CertificateAuthority.open(
                store, CertificatePolicy.forNames(List.of("control.test.svc")), Clock.systemUTC());
        upkeep = new CertificateUpkeep(authority, store, new CertificateUpkeep.Listener() {
            @Override
            public void bundleChanged() {
                bundles++;
                fail();
            }

            @Override
            public void notRenewed(Exception cause) {
                failures++;
                fail();
            }
        });
    }

    @AfterEach
    void close() {
        upkeep.close();
        namespace.close();
    }

    private void fail() {
        if (fails) {
            throw new IllegalStateException("the API server is away");
        }
    }

    @Test
    void annotation_ofTheSecret_makesOneNewCa() {
        String before = authority.trustBundle();
        annotate("2026-01-01");
        upkeep.look();
        upkeep.look();
        assertThat(authority.trustBundle()).startsWith(before).isNotEqualTo(before);
        assertThat(bundles).isEqualTo(1);
        assertThat(failures).isZero();
        assertThat(secret().get().getMetadata().getAnnotations())
                .containsEntry("backendpool.io/rotated-ca", "2026-01-01")
                .containsEntry("backendpool.io/rotate-ca", "2026-01-01");
    }

    @Test
    void bundle_thatCouldNotBeTold_isToldAgain() {
        fails = true;
        annotate("now");
        upkeep.look();
        assertThat(bundles).isEqualTo(1);
        fails = false;
        upkeep.look();
        upkeep.look();
        assertThat(bundles).isEqualTo(2);
    }

    @Test
    void look_whenNothingWorks_doesNotThrow() {
        CertificateUpkeep hopeless = new CertificateUpkeep(
                authority,
                new SecretCertificateStore(namespace.client, namespace.name, "not a name"),
                new CertificateUpkeep.Listener() {
                    @Override
                    public void bundleChanged() {
                        throw new IllegalStateException("away");
                    }

                    @Override
                    public void notRenewed(Exception cause) {
                        failures++;
                        throw new IllegalStateException("away");
                    }
                });
        hopeless.look();
        hopeless.look();
        assertThat(failures).isEqualTo(namespace.server.kind().isReal() ? 2 : failures);
        hopeless.close();
    }

    @Test
    void secret_editedByAnother_doesNotStopTheNextRotation() {
        secret().edit(secret -> secret.edit()
                .editMetadata()
                .addToLabels("theirs", "yes")
                .endMetadata()
                .build());
        annotate("again");
        upkeep.look();
        assertThat(bundles).isEqualTo(1);
        assertThat(failures).isZero();
        assertThat(secret().get().getMetadata().getLabels()).containsEntry("theirs", "yes");
    }

    @Test
    void secret_deleted_isPutBackWithTheSameCa() throws IOException {
        String before = authority.trustBundle();
        secret().delete();
        upkeep.look();
        assertThat(authority.trustBundle()).isEqualTo(before);
        assertThat(store.read("trust.pem")).isEqualTo(before);
        assertThat(failures).isZero();
    }

    private void annotate(String value) {
        secret().edit(secret -> secret.edit()
                .editMetadata()
                .addToAnnotations("backendpool.io/rotate-ca", value)
                .endMetadata()
                .build());
    }

    private Resource<Secret> secret() {
        return namespace.client.secrets().inNamespace(namespace.name).withName(ClusterOptions.CERTIFICATES);
    }
}
