package io.backendpool.pool;

import org.jspecify.annotations.Nullable;

/**
 * How a TLS connection to a backend is made.
 *
 * @param serverName what the backend's certificate must be for, and what is asked for (RFC 6066, 3); null: neither, which
 *     only {@code insecureSkipVerify} allows
 * @param caCertificates whom to trust, PEM; null: the authorities that the proxy's system trusts
 * @param insecureSkipVerify any certificate will do: whoever answers at the address is taken for the backend
 */
public record UpstreamTls(
        @Nullable String serverName, @Nullable String caCertificates, boolean insecureSkipVerify) {
    public UpstreamTls {
        if (serverName == null && !insecureSkipVerify) {
            throw new IllegalArgumentException(
                    "backends[].tls.serverName: absent (expected: a name, or insecureSkipVerify: true)");
        }
    }
}
