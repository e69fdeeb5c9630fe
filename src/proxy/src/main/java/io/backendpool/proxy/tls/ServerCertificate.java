package io.backendpool.proxy.tls;

import io.backendpool.pool.Certificate;
import io.backendpool.pool.ListenerTls.TlsVersion;
import io.netty.handler.ssl.SslContextBuilder;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;

/**
 * A certificate that a listener presents, ready for handshakes. Immutable; any thread.
 *
 * @param source what it was made of, together with the version and protocols: the same again needs not be made again
 * @param names the DNS names that it is for, lower case; a wildcard begins with {@code *.}
 * @param kind of its key
 * @param context makes the handlers
 */
record ServerCertificate(Source source, List<String> names, KeyKind kind, TlsContext context) {
    private static final int DNS_NAME = 2;
    private static final byte[] SOMETHING = {1, 2, 3, 4};

    ServerCertificate {
        names = List.copyOf(names);
    }

    /** All that a {@link ServerCertificate} depends on. */
    record Source(Certificate certificate, TlsVersion minVersion, List<String> alpn) {}

    /**
     * Makes it.
     *
     * @throws GeneralSecurityException it cannot be presented; the message is for people and holds nothing of the key
     */
    static ServerCertificate of(Source source, TlsEngine engine) throws GeneralSecurityException {
        List<X509Certificate> chain = Pem.certificates(source.certificate().chain());
        X509Certificate own = chain.getFirst();
        PublicKey publicKey = own.getPublicKey();
        KeyKind kind = KeyKind.of(publicKey);
        if (kind == null) {
            throw new GeneralSecurityException(
                    "has a key of algorithm %s (expected: RSA, or ECDSA on P-256, P-384 or P-521)"
                            .formatted(publicKey.getAlgorithm()));
        }
        PrivateKey key = Pem.key(source.certificate().key(), publicKey.getAlgorithm());
        if (!match(publicKey, key)) {
            throw new GeneralSecurityException("has a key that does not belong to it");
        }
        List<String> versions =
                switch (source.minVersion()) {
                    case TLS_1_2 -> List.of("TLSv1.3", "TLSv1.2");
                    case TLS_1_3 -> List.of("TLSv1.3");
                };
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(key, chain).trustManager(new NoClients());
            TlsContext context = TlsContext.build(builder, engine, versions, source.alpn());
            return new ServerCertificate(source, names(own), kind, context);
        } catch (SSLException refused) {
            throw new GeneralSecurityException("is refused: " + refused.getMessage(), refused);
        }
    }

    private static boolean match(PublicKey publicKey, PrivateKey privateKey) {
        try {
            String algorithm = publicKey.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(privateKey);
            signing.update(SOMETHING);
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(publicKey);
            verifying.update(SOMETHING);
            return verifying.verify(signing.sign());
        } catch (GeneralSecurityException unfit) {
            return false;
        }
    }

    /** RFC 9525, 6.3: the names are those of the extension; a common name is none. */
    static List<String> names(X509Certificate certificate) throws GeneralSecurityException {
        List<String> names = new ArrayList<>();
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives != null) {
            for (List<?> alternative : alternatives) {
                if (Integer.valueOf(DNS_NAME).equals(alternative.getFirst())
                        && alternative.get(1) instanceof String name) {
                    names.add(name.toLowerCase(Locale.ROOT));
                }
            }
        }
        return names;
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "ServerCertificate[name=%s, names=%s, kind=%s]"
                .formatted(source.certificate().name(), names, kind);
    }
}
