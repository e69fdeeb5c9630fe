package io.backendpool.operator.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.operator.translate.KeyedCertificate;
import io.backendpool.operator.translate.SecretState;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SecretReaderTest {
    private static final TestSecret ECDSA = TestSecret.ecdsa("a.test");
    private static final TestSecret RSA = TestSecret.rsa("a.test");

    private static KeyedCertificate good(Map<String, byte[]> content) {
        SecretState.Part<KeyedCertificate> part = SecretReader.certificate(content);
        assertThat(part).isInstanceOf(SecretState.Good.class);
        return ((SecretState.Good<KeyedCertificate>) part).value();
    }

    private static String bad(Map<String, byte[]> content) {
        return ((SecretState.Bad<KeyedCertificate>) SecretReader.certificate(content)).message();
    }

    @Test
    void pair_isReadWithItsTimes() {
        KeyedCertificate read = good(ECDSA.content());
        assertThat(read.notBefore()).isEqualTo(Instant.parse("2020-01-01T00:00:00Z"));
        assertThat(read.notAfter()).isEqualTo(Instant.parse("2090-01-01T00:00:00Z"));
        assertThat(read.chain()).startsWith("-----BEGIN CERTIFICATE-----\n");
        assertThat(read.key()).startsWith("-----BEGIN PRIVATE KEY-----\n");
    }

    @Test
    void keysOfAllForms_becomePkcs8() {
        for (TestSecret secret : new TestSecret[] {ECDSA, RSA}) {
            String expected = good(secret.content()).key();
            assertThat(secret.traditionalKey()).containsAnyOf("BEGIN RSA PRIVATE KEY", "BEGIN EC PRIVATE KEY");
            assertThat(good(TestSecret.content("tls.crt", secret.chain(), "tls.key", secret.traditionalKey())))
                    .extracting(KeyedCertificate::key)
                    .asString()
                    .startsWith("-----BEGIN PRIVATE KEY-----\n");
            assertThat(good(TestSecret.content("tls.crt", secret.chain(), "tls.key", secret.key()))
                            .key())
                    .isEqualTo(expected);
        }
    }

    @Test
    void parametersBeforeTheKey_andTextAround_areSkipped() {
        // OID of P-256, as `openssl ecparam -genkey` writes it first.
        String parameters = TestSecret.pem("EC PARAMETERS", new byte[] {6, 8, 42, -122, 72, -50, 61, 3, 1, 7});
        assertThat(good(TestSecret.content(
                                "tls.crt",
                                "subject=CN=a.test\n" + ECDSA.chain(),
                                "tls.key",
                                parameters + ECDSA.traditionalKey()))
                        .notAfter())
                .isEqualTo(Instant.parse("2090-01-01T00:00:00Z"));
    }

    @Test
    void keyWithinTheChain_isNotPublishedWithIt() {
        assertThat(good(TestSecret.content("tls.crt", ECDSA.key() + ECDSA.chain(), "tls.key", ECDSA.key()))
                        .chain())
                .doesNotContain("PRIVATE");
    }

    @Test
    void whatIsWrong_isSaid() {
        assertThat(bad(Map.of())).startsWith("has no tls.crt (expected: ");
        assertThat(bad(TestSecret.content("tls.crt", ECDSA.chain()))).startsWith("has no tls.key (expected: ");
        assertThat(bad(TestSecret.content("tls.crt", "hello", "tls.key", ECDSA.key())))
                .isEqualTo("has no certificate in its tls.crt (expected: certificates in PEM)");
        assertThat(bad(TestSecret.content("tls.crt", ECDSA.chain().substring(0, 200), "tls.key", ECDSA.key())))
                .startsWith("has a tls.crt that is no PEM text, or is cut off");
        assertThat(bad(TestSecret.content("tls.crt", ECDSA.chain(), "tls.key", "hello")))
                .isEqualTo("has no private key in its tls.key (expected: one in PEM)");
        assertThat(bad(TestSecret.content(
                        "tls.crt", ECDSA.chain(), "tls.key", ECDSA.key().substring(0, 90))))
                .startsWith("has a tls.key that is no PEM text, or is cut off");
        assertThat(bad(TestSecret.content(
                        "tls.crt",
                        ECDSA.chain(),
                        "tls.key",
                        TestSecret.ecdsa("a.test").key())))
                .startsWith("has a key that does not belong to its certificate");
        assertThat(bad(TestSecret.content("tls.crt", ECDSA.chain(), "tls.key", RSA.key())))
                .startsWith("has a key that does not belong to its certificate");
        assertThat(bad(TestSecret.content("tls.crt", RSA.chain() + ECDSA.chain(), "tls.key", ECDSA.key())))
                .startsWith("has a key that");
        assertThat(bad(TestSecret.content(
                        "tls.crt", TestSecret.ecdsa("ca").chain() + ECDSA.chain(), "tls.key", ECDSA.key())))
                .isEqualTo("has a key that belongs to certificate 2 of its tls.crt (expected: to the first)");
        assertThat(bad(TestSecret.ed25519().content()))
                .startsWith("has a key of algorithm EdDSA (expected: RSA, or ECDSA");
        assertThat(
                        bad(
                                TestSecret.content(
                                        "tls.crt",
                                        ECDSA.chain(),
                                        "tls.key",
                                        "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00000000000000000000000000000000\n\nAAAA\n-----END EC PRIVATE KEY-----\n")))
                .isEqualTo("has a key with a password (expected: a key without one)");
    }

    @Test
    void authorities_areReadFromTheirOwnKey() {
        assertThat(SecretReader.authorities(TestSecret.content("ca.crt", ECDSA.chain() + RSA.chain())))
                .isInstanceOfSatisfying(
                        SecretState.Good.class,
                        good -> assertThat(good.value().toString()).containsSubsequence("BEGIN", "BEGIN"));
        assertThat(SecretReader.authorities(ECDSA.content()))
                .isEqualTo(new SecretState.Bad<>("has no ca.crt (expected: the authorities' certificates in PEM)"));
        assertThat(SecretReader.authorities(TestSecret.content("ca.crt", "hello")))
                .isEqualTo(new SecretState.Bad<>("has no certificate in its ca.crt (expected: certificates in PEM)"));
    }

    @Test
    void whatIsRead_isSaidWithoutTheKey() {
        String key = ECDSA.key();
        assertThat(SecretReader.certificate(ECDSA.content()).toString())
                .doesNotContain("PRIVATE")
                .doesNotContain(key.substring(40, 60));
    }
}
