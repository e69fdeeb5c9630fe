package io.backendpool.pool;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Backends that are one thing to the user: a Service, a version, a site. The weight belongs to the group and is shared
 * out among its eligible backends, so that 90/10 stays 90/10 whatever the number of backends.
 *
 * @param name unique in the pool
 * @param weight 0 to 1,000,000; 0 gets no traffic
 * @param protocol what its backends speak where a listener speaks HTTP; other listeners pass on what they get
 * @param tls how a TLS connection to its backends is made; null for protocols without TLS
 * @param proxyProtocol the header that each connection to its backends begins with
 * @param serverNames on listeners of protocol TLS: the names whose connections the group takes, lower case, exact or with
 *     {@code *.} for one or more labels; empty: all that no other group takes
 * @param priority 0 to 7; a group gets traffic as far as those of lower numbers are not healthy enough
 */
public record BackendGroup(
        String name,
        int weight,
        Protocol protocol,
        @Nullable UpstreamTls tls,
        ProxyProtocol proxyProtocol,
        List<String> serverNames,
        int priority) {
    public static final int MAX_WEIGHT = 1_000_000;
    public static final int MAX_PRIORITY = 7;
    public static final int MAX_PER_POOL = 64;

    /** What backends speak. */
    public enum Protocol {
        /** HTTP/1.1 in plain text. */
        HTTP(false, false),
        /** HTTP/2 in plain text, by prior knowledge (RFC 9113, 3.3). */
        H2C(true, false),
        /** HTTP/1.1 in TLS. */
        HTTPS(false, true),
        /** HTTP/2 in TLS, by ALPN. */
        H2(true, true);

        private final boolean http2;
        private final boolean tls;

        Protocol(boolean http2, boolean tls) {
            this.http2 = http2;
            this.tls = tls;
        }

        public boolean isHttp2() {
            return http2;
        }

        public boolean isTls() {
            return tls;
        }
    }

    /** Which header tells a backend who the client is (The PROXY protocol, versions 1 and 2). */
    public enum ProxyProtocol {
        NONE,
        /** Text. */
        V1,
        /** Binary. */
        V2
    }

    public BackendGroup {
        serverNames = List.copyOf(serverNames);
        Require.notEmpty("backends[].name", name);
        String field = "backends[" + name + "]";
        Require.inRange(field + ".weight", weight, 0, MAX_WEIGHT);
        Require.inRange(field + ".priority", priority, 0, MAX_PRIORITY);
        if (protocol.isTls() != (tls != null)) {
            throw new IllegalArgumentException("%s.tls: %s (expected: %s, for the protocol is %s)"
                    .formatted(
                            field, tls == null ? "absent" : "present", tls == null ? "present" : "absent", protocol));
        }
        Require.unique(field + ".serverNames", serverNames, serverName -> serverName);
    }

    /** One of the first priority. */
    public BackendGroup(
            String name,
            int weight,
            Protocol protocol,
            @Nullable UpstreamTls tls,
            ProxyProtocol proxyProtocol,
            List<String> serverNames) {
        this(name, weight, protocol, tls, proxyProtocol, serverNames, 0);
    }

    /** One of HTTP backends. */
    public BackendGroup(String name, int weight) {
        this(name, weight, Protocol.HTTP, null, ProxyProtocol.NONE, List.of());
    }
}
