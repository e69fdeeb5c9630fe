package io.backendpool.operator.secrets;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A self-signed, throw-away certificate and its key. */
public record TestSecret(X509Certificate certificate, KeyPair keys) {
    private static final Instant BEGIN = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant FAR = Instant.parse("2090-01-01T00:00:00Z");

    public static TestSecret ecdsa(String name) {
        return make("EC", 256, "SHA256withECDSA", name, FAR);
    }

    public static TestSecret rsa(String name) {
        return make("RSA", 2048, "SHA256withRSA", name, FAR);
    }

    static TestSecret until(Instant end) {
        return make("EC", 256, "SHA256withECDSA", "a.test", end);
    }

    static TestSecret ed25519() {
        return make("Ed25519", 255, "Ed25519", "a.test", FAR);
    }

    private static TestSecret make(String algorithm, int bits, String signature, String name, Instant end) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(bits);
            KeyPair keys = generator.generateKeyPair();
            X500Name subject = new X500Name("CN=" + name);
            var builder = new JcaX509v3CertificateBuilder(
                            subject, BigInteger.ONE, Date.from(BEGIN), Date.from(end), subject, keys.getPublic())
                    .addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
            return new TestSecret(
                    new JcaX509CertificateConverter()
                            .getCertificate(
                                    builder.build(new JcaContentSignerBuilder(signature).build(keys.getPrivate()))),
                    keys);
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public String chain() {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public String key() {
        return pem("PRIVATE KEY", keys.getPrivate().getEncoded());
    }

    /** PKCS #1 of an RSA key, SEC 1 of an EC key: what {@code openssl} wrote for decades. */
    String traditionalKey() {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(keys.getPrivate());
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return text.toString();
    }

    public Map<String, byte[]> content() {
        return content("tls.crt", chain(), "tls.key", key());
    }

    static Map<String, byte[]> content(String... namesAndTexts) {
        Map<String, byte[]> content = new HashMap<>();
        for (int i = 0; i < namesAndTexts.length; i += 2) {
            content.put(namesAndTexts[i], namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
        }
        return content;
    }

    static String pem(String type, byte[] content) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(type, Base64.getMimeEncoder().encodeToString(content), type);
    }
}
