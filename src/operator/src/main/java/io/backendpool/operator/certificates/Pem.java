package io.backendpool.operator.certificates;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;

/** Certificates and EC keys as PEM text (RFC 7468). */
final class Pem {
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PRIVATE_KEY = "PRIVATE KEY";

    private Pem() {}

    /** One certificate and, where it was written beneath it, its key. */
    record Entry(X509Certificate certificate, @Nullable PrivateKey key) {}

    static String write(List<Entry> entries) {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            for (Entry entry : entries) {
                writer.writeObject(
                        new PemObject(CERTIFICATE, entry.certificate().getEncoded()));
                PrivateKey key = entry.key();
                if (key != null) {
                    writer.writeObject(new PemObject(PRIVATE_KEY, key.getEncoded()));
                }
            }
        } catch (CertificateEncodingException impossible) {
            throw new IllegalStateException(impossible);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws GeneralSecurityException it is something else; the message says what
     */
    static List<Entry> read(String text) throws GeneralSecurityException {
        List<Entry> entries = new ArrayList<>();
        CertificateFactory certificates = CertificateFactory.getInstance("X.509");
        try (PemReader reader = new PemReader(new StringReader(text))) {
            for (PemObject object = reader.readPemObject(); object != null; object = reader.readPemObject()) {
                switch (object.getType()) {
                    case CERTIFICATE ->
                        entries.add(new Entry(
                                (X509Certificate) certificates.generateCertificate(
                                        new java.io.ByteArrayInputStream(object.getContent())),
                                null));
                    case PRIVATE_KEY -> {
                        if (entries.isEmpty()) {
                            throw new GeneralSecurityException("a key comes first (expected: a certificate)");
                        }
                        PrivateKey key = KeyFactory.getInstance("EC")
                                .generatePrivate(new PKCS8EncodedKeySpec(object.getContent()));
                        entries.add(new Entry(entries.removeLast().certificate(), key));
                    }
                    default ->
                        throw new GeneralSecurityException(
                                object.getType() + " (expected: CERTIFICATE or PRIVATE KEY)");
                }
            }
        } catch (IOException | IllegalArgumentException | IllegalStateException malformed) {
            throw new GeneralSecurityException("is no PEM text: " + malformed.getMessage(), malformed);
        }
        if (entries.isEmpty()) {
            throw new GeneralSecurityException("holds nothing (expected: a certificate)");
        }
        return entries;
    }
}
