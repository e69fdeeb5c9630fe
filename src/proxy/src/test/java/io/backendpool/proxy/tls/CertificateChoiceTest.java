package io.backendpool.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.ListenerTls.TlsVersion;
import io.backendpool.proxy.tls.TestAuthority.Issued;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateChoiceTest {
    private static final Set<KeyKind> ECDSA_AND_RSA = Set.of(KeyKind.P256, KeyKind.RSA);
    private static final Set<KeyKind> RSA_ONLY = Set.of(KeyKind.RSA);
    private static final TestAuthority AUTHORITY = new TestAuthority("Test CA");

    private static ServerCertificate of(String name, Issued issued) throws GeneralSecurityException {
        return ServerCertificate.of(
                new ServerCertificate.Source(issued.as(name), TlsVersion.TLS_1_2, List.of("http/1.1")), TlsEngine.JDK);
    }

    private static ClientHello hello(@Nullable String name, Set<KeyKind> takes) {
        return new ClientHello(name, true, takes);
    }

    private static String chosen(CertificateChoice choice, ClientHello hello) {
        return choice.choose(hello).source().certificate().name();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "example.com, web",
                "www.example.com, web",
                "shop.example.com, shop",
                "a.b.example.com, web",
                "b.shop.example.com, deep",
                "other.test, web",
                "com, web",
                ".example.com, web",
                "-, web"
            })
    void name_getsTheExactOneThenTheWildcardThenTheFirst(@Nullable String name, String expected) throws Exception {
        CertificateChoice choice = new CertificateChoice(List.of(
                of("web", AUTHORITY.ecdsa("*.example.com", "example.com")),
                of("shop", AUTHORITY.ecdsa("shop.example.com")),
                of("deep", AUTHORITY.ecdsa("*.SHOP.example.com"))));
        assertThat(chosen(choice, hello(name, ECDSA_AND_RSA))).isEqualTo(expected);
    }

    @Test
    void twoForOneName_giveEcdsaToThoseWhoTakeIt() throws Exception {
        CertificateChoice choice = new CertificateChoice(
                List.of(of("rsa", AUTHORITY.rsa("a.test")), of("ecdsa", AUTHORITY.ecdsa("a.test"))));
        for (String name : new String[] {"a.test", "unknown.test", null}) {
            assertThat(chosen(choice, hello(name, ECDSA_AND_RSA))).isEqualTo("ecdsa");
            assertThat(chosen(choice, hello(name, RSA_ONLY))).isEqualTo("rsa");
        }
        assertThat(chosen(choice, ClientHello.UNKNOWN)).isEqualTo("rsa");
    }

    @Test
    void onlyOneThatTheClientCannotVerify_isGivenAllTheSame() throws Exception {
        CertificateChoice choice = new CertificateChoice(List.of(of("ecdsa", AUTHORITY.ecdsa("a.test"))));
        assertThat(chosen(choice, hello("a.test", RSA_ONLY))).isEqualTo("ecdsa");
    }

    @Test
    void certificate_isSaidWithoutItsKey() throws Exception {
        Issued issued = AUTHORITY.ecdsa("a.test");
        ServerCertificate certificate = of("shop-tls", issued);
        assertThat(certificate.toString())
                .contains("shop-tls", "a.test")
                .doesNotContain("PRIVATE")
                .doesNotContain(issued.keyPem().substring(40, 60));
    }
}
