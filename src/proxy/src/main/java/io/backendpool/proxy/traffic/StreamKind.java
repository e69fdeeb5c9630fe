package io.backendpool.proxy.traffic;

import java.util.Locale;

/** What is passed on without being read as requests. */
public enum StreamKind {
    /** A TCP connection. */
    TCP,
    /** A TLS connection that is passed on as it is. */
    TLS,
    /** A session: the datagrams of one source. */
    UDP;

    /** As a metric's label: {@code tcp}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** As the access log's method: {@code TCP}. */
    public String word() {
        return name();
    }
}
