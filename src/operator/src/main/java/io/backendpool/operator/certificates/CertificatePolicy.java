package io.backendpool.operator.certificates;

import java.time.Duration;
import java.util.List;

/**
 * What the certificate authority makes, and for how long.
 *
 * @param serverNames DNS names and IP literals under which proxies dial the operator; not empty
 * @param caLife validity of a CA certificate; its successor is made at two thirds of it
 * @param serverLife validity of the server certificate; it is renewed at two thirds of it; at most {@code caLife}
 * @param overlap how long a new CA is in the trust bundle before it signs; below a third of {@code caLife}
 */
public record CertificatePolicy(List<String> serverNames, Duration caLife, Duration serverLife, Duration overlap) {
    public CertificatePolicy {
        serverNames = List.copyOf(serverNames);
        if (serverNames.isEmpty()) {
            throw new IllegalArgumentException("certificates.serverNames: [] (expected: one or more)");
        }
        if (!serverLife.isPositive() || serverLife.compareTo(caLife) > 0) {
            throw new IllegalArgumentException("certificates.serverLife: " + serverLife
                    + " (expected: above 0 and at most caLife, " + caLife + ")");
        }
        if (overlap.isNegative() || overlap.multipliedBy(3).compareTo(caLife) >= 0) {
            throw new IllegalArgumentException(
                    "certificates.overlap: " + overlap + " (expected: below a third of caLife, " + caLife + ")");
        }
    }

    /** A CA for a year, a server certificate for 30 days, a day of overlap; for proxies on this host. */
    public static CertificatePolicy forThisHost() {
        return forNames(List.of("localhost", "127.0.0.1", "::1"));
    }

    /** The same lives for other names, for example a Service's. */
    public static CertificatePolicy forNames(List<String> serverNames) {
        return new CertificatePolicy(serverNames, Duration.ofDays(365), Duration.ofDays(30), Duration.ofDays(1));
    }
}
