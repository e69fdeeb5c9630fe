package io.backendpool.operator.secrets;

import io.backendpool.operator.translate.KeyedCertificate;
import io.backendpool.operator.translate.SecretState;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.KeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/**
 * Reads the keys of a Secret as a pool uses them, and says of what is wrong all but the content. Keys may be PKCS #8, and
 * what OpenSSL and cert-manager write by default: PKCS #1 (RFC 8017) and SEC 1 (RFC 5915). Pure; any thread.
 */
final class SecretReader {
    static final String CERTIFICATE = "tls.crt";
    static final String KEY = "tls.key";
    static final String AUTHORITIES = "ca.crt";

    private static final byte[] SOMETHING = {1, 2, 3, 4};

    private SecretReader() {}

    /** A failure whose message is for people. */
    private static final class Unfit extends Exception {
        private static final long serialVersionUID = 1;

        Unfit(String message) {
            super(message);
        }
    }

    /** What {@code tls.crt} and {@code tls.key} come to. */
    static SecretState.Part<KeyedCertificate> certificate(Map<String, byte[]> data) {
        try {
            List<X509Certificate> chain = certificates(CERTIFICATE, required(data, CERTIFICATE));
            X509Certificate own = chain.getFirst();
            requireUsable(own.getPublicKey());
            PrivateKey key = key(required(data, KEY), own.getPublicKey());
            requireMatch(chain, key);
            return new SecretState.Good<>(new KeyedCertificate(
                    pem(chain),
                    pem("PRIVATE KEY", key.getEncoded()),
                    own.getNotBefore().toInstant(),
                    own.getNotAfter().toInstant()));
        } catch (Unfit unfit) {
            return new SecretState.Bad<>(String.valueOf(unfit.getMessage()));
        }
    }

    /** What {@code ca.crt} comes to. */
    static SecretState.Part<String> authorities(Map<String, byte[]> data) {
        try {
            byte[] text = data.get(AUTHORITIES);
            if (text == null) {
                throw new Unfit("has no ca.crt (expected: the authorities' certificates in PEM)");
            }
            return new SecretState.Good<>(pem(certificates(AUTHORITIES, text)));
        } catch (Unfit unfit) {
            return new SecretState.Bad<>(String.valueOf(unfit.getMessage()));
        }
    }

    private static byte[] required(Map<String, byte[]> data, String name) throws Unfit {
        byte[] text = data.get(name);
        if (text == null || text.length == 0) {
            throw new Unfit("has no %s (expected: tls.crt and tls.key in PEM, as in Secrets of type kubernetes.io/tls)"
                    .formatted(name));
        }
        return text;
    }

    private static List<X509Certificate> certificates(String name, byte[] text) throws Unfit {
        List<X509Certificate> found = new ArrayList<>();
        JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
        try {
            for (Object object : objects(text)) {
                if (object instanceof X509CertificateHolder holder) {
                    found.add(converter.getCertificate(holder));
                }
            }
        } catch (IOException | GeneralSecurityException | RuntimeException garbage) {
            throw new Unfit(
                    "has a %s that is no PEM text, or is cut off (expected: certificates in PEM)".formatted(name));
        }
        if (found.isEmpty()) {
            throw new Unfit("has no certificate in its %s (expected: certificates in PEM)".formatted(name));
        }
        return found;
    }

    private static PrivateKey key(byte[] text, PublicKey publicKey) throws Unfit {
        PrivateKeyInfo info = null;
        try {
            for (Object object : objects(text)) {
                switch (object) {
                    case PrivateKeyInfo found -> info = info == null ? found : info;
                    case PEMKeyPair pair -> info = info == null ? pair.getPrivateKeyInfo() : info;
                    case PEMEncryptedKeyPair encrypted -> throw encrypted();
                    case PKCS8EncryptedPrivateKeyInfo encrypted -> throw encrypted();
                    // EC PARAMETERS come before some keys, and certificates may stand beside them.
                    default -> {}
                }
            }
        } catch (IOException | RuntimeException garbage) {
            throw new Unfit("has a tls.key that is no PEM text, or is cut off (expected: a private key in PEM)");
        }
        if (info == null) {
            throw new Unfit("has no private key in its tls.key (expected: one in PEM)");
        }
        try {
            return KeyFactory.getInstance(publicKey.getAlgorithm()).generatePrivate(spec(info, publicKey));
        } catch (IOException | GeneralSecurityException | RuntimeException another) {
            throw new Unfit("has a key that does not belong to its certificate (expected: a key of algorithm %s)"
                    .formatted(publicKey.getAlgorithm()));
        }
    }

    /** In SEC 1 the curve may be left out: it is that of the certificate, or the key is another's. */
    private static KeySpec spec(PrivateKeyInfo info, PublicKey publicKey) throws IOException {
        return publicKey instanceof ECPublicKey ec
                ? new ECPrivateKeySpec(
                        ECPrivateKey.getInstance(info.parsePrivateKey()).getKey(), ec.getParams())
                : new PKCS8EncodedKeySpec(info.getEncoded());
    }

    private static Unfit encrypted() {
        return new Unfit("has a key with a password (expected: a key without one)");
    }

    private static List<Object> objects(byte[] text) throws IOException {
        List<Object> objects = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(new String(text, StandardCharsets.UTF_8)))) {
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                objects.add(object);
            }
        }
        return objects;
    }

    private static void requireUsable(PublicKey key) throws Unfit {
        boolean usable =
                switch (key) {
                    case RSAPublicKey rsa -> true;
                    case ECPublicKey ec ->
                        switch (ec.getParams().getCurve().getField().getFieldSize()) {
                            case 256, 384, 521 -> true;
                            default -> false;
                        };
                    default -> false;
                };
        if (!usable) {
            throw new Unfit("has a key of algorithm %s (expected: RSA, or ECDSA on P-256, P-384 or P-521)"
                    .formatted(key.getAlgorithm()));
        }
    }

    private static void requireMatch(List<X509Certificate> chain, PrivateKey key) throws Unfit {
        if (match(chain.getFirst().getPublicKey(), key)) {
            return;
        }
        for (int i = 1; i < chain.size(); i++) {
            if (match(chain.get(i).getPublicKey(), key)) {
                throw new Unfit("has a key that belongs to certificate %d of its tls.crt (expected: to the first)"
                        .formatted(i + 1));
            }
        }
        throw new Unfit(
                "has a key that does not belong to its certificate (expected: tls.crt and tls.key of one pair)");
    }

    private static boolean match(PublicKey publicKey, PrivateKey privateKey) {
        try {
            Signature signing = signature(publicKey);
            signing.initSign(privateKey);
            signing.update(SOMETHING);
            Signature verifying = signature(publicKey);
            verifying.initVerify(publicKey);
            verifying.update(SOMETHING);
            return verifying.verify(signing.sign());
        } catch (GeneralSecurityException unfit) {
            return false;
        }
    }

    private static Signature signature(PublicKey key) throws GeneralSecurityException {
        return Signature.getInstance(key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
    }

    private static String pem(List<X509Certificate> certificates) throws Unfit {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            try {
                text.append(pem("CERTIFICATE", certificate.getEncoded()));
            } catch (GeneralSecurityException malformed) {
                throw new Unfit("has a certificate that cannot be encoded again");
            }
        }
        return text.toString();
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(type, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content), type);
    }
}
