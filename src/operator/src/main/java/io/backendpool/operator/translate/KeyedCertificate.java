package io.backendpool.operator.translate;

import java.time.Duration;
import java.time.Instant;

/**
 * A server's certificate with the private key that belongs to it. Holds a secret: never logged.
 *
 * @param chain the server's certificate and its intermediates, PEM
 * @param key PKCS #8 in PEM
 * @param notBefore when the server's certificate becomes valid
 * @param notAfter when it ends
 */
public record KeyedCertificate(String chain, String key, Instant notBefore, Instant notAfter) {
    private static final Duration LONGEST_WARNING = Duration.ofDays(14);
    /** Of its life: issuers that work renew a certificate earlier, most of them at two thirds. */
    private static final int WARNING_SHARE = 6;

    /** It can be presented at {@code now}. */
    boolean isValid(Instant now) {
        return !now.isBefore(notBefore) && now.isBefore(notAfter);
    }

    /** It is valid at {@code now}, and nobody has renewed it although it is high time. */
    boolean expiresSoon(Instant now) {
        Duration share = Duration.between(notBefore, notAfter).dividedBy(WARNING_SHARE);
        Duration warning = share.compareTo(LONGEST_WARNING) < 0 ? share : LONGEST_WARNING;
        return isValid(now) && !now.isBefore(notAfter.minus(warning));
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "KeyedCertificate[notBefore=" + notBefore + ", notAfter=" + notAfter + "]";
    }
}
