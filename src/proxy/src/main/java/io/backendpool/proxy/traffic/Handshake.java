package io.backendpool.proxy.traffic;

import java.util.Locale;

/** How a client's TLS handshake ended. */
public enum Handshake {
    COMPLETED,
    /** What the client sent is no TLS: plain HTTP, a port scanner. */
    NOT_TLS,
    /** It was not done within the time of a request's head. */
    TIMED_OUT,
    /** No version, cipher or signature that both sides know. */
    NOTHING_IN_COMMON,
    /** The client sent an alert: most often it does not trust the certificate, or it is for another name. */
    REFUSED_BY_CLIENT,
    /** The client went away in the middle. */
    CLOSED,
    /** Otherwise. */
    FAILED;

    /** As a metric's label: {@code not_tls}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
