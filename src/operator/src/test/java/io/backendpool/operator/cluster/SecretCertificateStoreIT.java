package io.backendpool.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backendpool.operator.certificates.CertificateAuthority;
import io.backendpool.operator.certificates.CertificatePolicy;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SecretCertificateStoreIT {
    private final TestNamespace namespace = new TestNamespace();

    @AfterEach
    void stop() {
        namespace.close();
    }

    @Test
    void text_written_isReadByAnotherOperator() throws IOException {
        SecretCertificateStore store = store();
        assertThat(store.read("a.pem")).isNull();
        store.write("a.pem", "one");
        store.write("b.pem", "two");
        store.write("a.pem", "three");
        assertThat(store().read("a.pem")).isEqualTo("three");
        assertThat(store().read("b.pem")).isEqualTo("two");
    }

    @Test
    void text_setAside_isKeptUnderAnotherName() throws IOException {
        SecretCertificateStore store = store();
        store.read("a.pem");
        store.write("a.pem", "broken");
        assertThat(store.setAside("a.pem")).contains("a.pem.broken");
        assertThat(store().read("a.pem")).isNull();
        assertThat(store().read("a.pem.broken")).isEqualTo("broken");
    }

    @Test
    void write_afterAnotherOperatorsWrite_failsAndLosesNothing() throws IOException {
        SecretCertificateStore first = store();
        SecretCertificateStore second = store();
        first.read("ca.pem");
        second.read("ca.pem");
        first.write("ca.pem", "first");
        assertThatThrownBy(() -> second.write("ca.pem", "second"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("changed by another operator");
        assertThat(store().read("ca.pem")).isEqualTo("first");
        second.read("ca.pem");
        first.write("server.pem", "x");
        assertThatThrownBy(() -> second.write("ca.pem", "second")).isInstanceOf(IOException.class);
    }

    @Test
    void authority_openedTwice_isOne() throws IOException {
        CertificatePolicy policy = CertificatePolicy.forNames(List.of("backendpool-control.test.svc"));
        CertificateAuthority first = CertificateAuthority.open(store(), policy, Clock.systemUTC());
        CertificateAuthority second = CertificateAuthority.open(store(), policy, Clock.systemUTC());
        assertThat(second.trustBundle()).isEqualTo(first.trustBundle());
        assertThat(second.server().chain()).isEqualTo(first.server().chain());
    }

    private SecretCertificateStore store() {
        return new SecretCertificateStore(namespace.client, namespace.name, ClusterOptions.CERTIFICATES);
    }
}
