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

    @SuppressWarnings("NullAway.Init") // by open
    private CertificateAuthority authority;

    @SuppressWarnings("NullAway.Init") // by open
    private CertificateUpkeep upkeep;

    @BeforeEach
    void open() throws IOException {
        authority = CertificateAuthority.open(
                store, CertificatePolicy.forNames(List.of("control.test.svc")), Clock.systemUTC());
        upkeep = new CertificateUpkeep(authority, store);
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    @Test
    void annotation_ofTheSecret_makesOneNewCa() throws IOException {
        String before = authority.trustBundle();
        annotate("2026-01-01");
        upkeep.run();
        upkeep.run();
        assertThat(authority.trustBundle()).startsWith(before).isNotEqualTo(before);
        assertThat(authority.trustBundle().split("BEGIN CERTIFICATE", -1)).hasSize(3);
        assertThat(secret().get().getMetadata().getAnnotations())
                .containsEntry("backendpool.io/rotated-ca", "2026-01-01")
                .containsEntry("backendpool.io/rotate-ca", "2026-01-01");
    }

    @Test
    void secret_editedByAnother_doesNotStopTheNextRotation() throws IOException {
        secret().edit(secret -> secret.edit()
                .editMetadata()
                .addToLabels("theirs", "yes")
                .endMetadata()
                .build());
        String before = authority.trustBundle();
        annotate("again");
        upkeep.run();
        assertThat(authority.trustBundle()).startsWith(before).isNotEqualTo(before);
        assertThat(secret().get().getMetadata().getLabels()).containsEntry("theirs", "yes");
    }

    @Test
    void secret_deleted_isPutBackWithTheSameCa() throws IOException {
        String before = authority.trustBundle();
        secret().delete();
        upkeep.run();
        assertThat(authority.trustBundle()).isEqualTo(before);
        assertThat(store.read("trust.pem")).isEqualTo(before);
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
