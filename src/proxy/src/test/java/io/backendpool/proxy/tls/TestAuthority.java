package io.backendpool.proxy.tls;

import io.backendpool.pool.Certificate;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A CA of one test, that issues throw-away certificates. */
public final class TestAuthority {
    /** Generating RSA keys takes a while; what they are is of no matter. */
    private static final KeyPair RSA = keys("RSA", 2048);

    private static final Instant BEGIN = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant FAR = Instant.parse("2090-01-01T00:00:00Z");

    private final KeyPair keys;
    private final X500Name name;
    private final AtomicInteger serial = new AtomicInteger();
    public final X509Certificate certificate;

    /** What a server shows. */
    public record Issued(X509Certificate certificate, PrivateKey key) {
        public String chain() {
            return pem("CERTIFICATE", encoded(certificate));
        }

        public String keyPem() {
            return pem("PRIVATE KEY", key.getEncoded());
        }

        public Certificate as(String certificateName) {
            return new Certificate(certificateName, chain(), keyPem());
        }

        /** For a server of the JDK. */
        public SSLContext serverContext() {
            try {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                store.setKeyEntry("own", key, new char[0], new X509Certificate[] {certificate});
                KeyManagerFactory manager = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                manager.init(store, new char[0]);
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(manager.getKeyManagers(), null, null);
                return context;
            } catch (Exception impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    public TestAuthority(String commonName) {
        this(commonName, keys("EC", 256));
    }

    /** One that signs with RSA, for clients that know nothing else. */
    static TestAuthority ofRsa(String commonName) {
        return new TestAuthority(commonName, RSA);
    }

    private TestAuthority(String commonName, KeyPair own) {
        keys = own;
        name = new X500Name("CN=" + commonName);
        certificate = make(name, keys, true, FAR, List.of());
    }

    public Issued ecdsa(String... names) {
        return issue(keys("EC", 256), FAR, names);
    }

    public Issued rsa(String... names) {
        return issue(RSA, FAR, names);
    }

    public Issued expired(String... names) {
        return issue(keys("EC", 256), Instant.parse("2021-01-01T00:00:00Z"), names);
    }

    private Issued issue(KeyPair own, Instant end, String... names) {
        return new Issued(make(new X500Name("CN=server"), own, false, end, List.of(names)), own.getPrivate());
    }

    private X509Certificate make(X500Name subject, KeyPair own, boolean ca, Instant end, List<String> names) {
        String signature = keys.getPublic().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                            name,
                            BigInteger.valueOf(serial.incrementAndGet()),
                            Date.from(BEGIN),
                            Date.from(end),
                            subject,
                            own.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(names.stream()
                                .map(each -> new GeneralName(GeneralName.dNSName, each))
                                .toArray(GeneralName[]::new)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(signature).build(keys.getPrivate())));
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public String pem() {
        return pem("CERTIFICATE", encoded(certificate));
    }

    /** Trusts this authority alone. */
    public TrustManagerFactory trust() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("ca", certificate);
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory;
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** For a client of the JDK that trusts this authority. */
    public SSLContext clientContext() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust().getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static KeyPair keys(String algorithm, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(type, Base64.getMimeEncoder().encodeToString(content), type);
    }
}
