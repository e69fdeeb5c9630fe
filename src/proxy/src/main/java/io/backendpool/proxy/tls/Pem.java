package io.backendpool.proxy.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Certificates and keys of PEM text (RFC 7468). What is refused is said without quoting the text. */
final class Pem {
    private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String KEY_END = "-----END PRIVATE KEY-----";

    private Pem() {}

    /**
     * All certificates of {@code text}, in order.
     *
     * @throws GeneralSecurityException it holds none, or something else; the message is for people
     */
    static List<X509Certificate> certificates(String text) throws GeneralSecurityException {
        List<X509Certificate> found = new ArrayList<>();
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        try {
            for (Certificate certificate :
                    factory.generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)))) {
                found.add((X509Certificate) certificate);
            }
        } catch (GeneralSecurityException garbage) {
            throw new GeneralSecurityException("is no certificate in PEM", garbage);
        }
        if (found.isEmpty()) {
            throw new GeneralSecurityException("holds no certificate in PEM");
        }
        return found;
    }

    /**
     * The private key of {@code text}.
     *
     * @param algorithm that of the public key that it belongs to: {@code RSA}, {@code EC}
     * @throws GeneralSecurityException it holds none of that algorithm; the message is for people
     */
    static PrivateKey key(String text, String algorithm) throws GeneralSecurityException {
        int begin = text.indexOf(KEY_BEGIN);
        int end = text.indexOf(KEY_END);
        if (begin < 0 || end < begin) {
            throw new GeneralSecurityException("holds no private key in PEM (expected: PKCS #8)");
        }
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(text.substring(begin + KEY_BEGIN.length(), end));
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (IllegalArgumentException | GeneralSecurityException garbage) {
            throw new GeneralSecurityException("holds no private key of algorithm " + algorithm, garbage);
        }
    }
}
