package io.backendpool.proxy.control;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The CAs that the operator's certificate may come from, as the file says at the moment of a dial. */
final class TrustBundle {
    private TrustBundle() {}

    /**
     * The CAs in {@code file} that have not expired. Java's path validation does not look at a trust anchor's own dates
     * (RFC 5280, 6.1.1 leaves it open), so they are looked at here.
     *
     * @throws IOException there is none; the message is one sentence that names the file
     */
    static List<X509Certificate> read(Path file, Clock clock) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw new IOException("trust bundle %s: cannot be read: %s".formatted(file, unreadable), unreadable);
        }
        Instant now = clock.instant();
        Instant lastExpiry = Instant.MIN;
        List<X509Certificate> valid = new ArrayList<>();
        for (Certificate any : parse(file, bytes)) {
            X509Certificate certificate = (X509Certificate) any;
            Instant expiry = certificate.getNotAfter().toInstant();
            lastExpiry = expiry.isAfter(lastExpiry) ? expiry : lastExpiry;
            if (now.isBefore(expiry)) {
                valid.add(certificate);
            }
        }
        if (lastExpiry.equals(Instant.MIN)) {
            throw new IOException("trust bundle %s: holds no certificate (expected: PEM certificates)".formatted(file));
        }
        if (valid.isEmpty()) {
            throw new IOException("trust bundle %s: the last CA expired on %s (expected: one that is valid now)"
                    .formatted(file, lastExpiry));
        }
        return valid;
    }

    private static Iterable<? extends Certificate> parse(Path file, byte[] bytes) throws IOException {
        try {
            return CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes));
        } catch (CertificateException malformed) {
            throw new IOException(
                    "trust bundle %s: %s (expected: PEM certificates)".formatted(file, malformed.getMessage()),
                    malformed);
        }
    }
}
