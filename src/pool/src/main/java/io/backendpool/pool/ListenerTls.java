package io.backendpool.pool;

import java.util.List;

/**
 * How a listener terminates TLS.
 *
 * @param certificates names of {@link Certificate}s of the pool, 1 to 16; which one a client gets is decided by the server
 *     name that it asks for (RFC 6066, 3) and by what it can verify; the first where none fits
 * @param minVersion the oldest version that is spoken
 */
public record ListenerTls(List<String> certificates, TlsVersion minVersion) {
    public static final int MAX_CERTIFICATES = 16;

    /** A version of TLS. */
    public enum TlsVersion {
        /** RFC 5246. */
        TLS_1_2,
        /** RFC 8446. */
        TLS_1_3
    }

    public ListenerTls {
        certificates = List.copyOf(certificates);
        Require.inRange("listeners[].tls.certificateRefs", certificates.size(), 1, MAX_CERTIFICATES);
        Require.unique("listeners[].tls.certificateRefs", certificates, name -> name);
    }
}
