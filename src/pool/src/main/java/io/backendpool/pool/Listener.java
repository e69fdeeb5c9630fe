package io.backendpool.pool;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A port on which every proxy of the pool accepts traffic.
 *
 * @param name unique in the pool
 * @param port 1 to 65,535; unique in the pool among those of its {@link Protocol#isUdp transport}
 * @param protocol what is spoken on it
 * @param tls how TLS is terminated; null for all protocols but {@link Protocol#HTTPS}
 * @param proxyProtocolFrom connections from these ranges begin with a PROXY protocol header, others with none; empty: none
 *     does
 */
public record Listener(
        String name, int port, Protocol protocol, @Nullable ListenerTls tls, List<IpRange> proxyProtocolFrom) {
    public static final int MAX_PER_POOL = 16;

    /** What a listener speaks. */
    public enum Protocol {
        /** HTTP/1.1 (RFC 9112) and HTTP/2 by prior knowledge (RFC 9113, 3.3), in plain text. */
        HTTP,
        /** The same in TLS, HTTP/2 by ALPN. */
        HTTPS,
        /** A stream of bytes, passed on as it is. */
        TCP,
        /** Datagrams, passed on as they are; those of one source go to one backend. */
        UDP,
        /** TLS that is passed on as it is, to the group of the server name that the client asks for. */
        TLS;

        /** Its port is one of UDP; the ports of all others are of TCP. */
        public boolean isUdp() {
            return this == UDP;
        }

        /** Requests and responses, not bytes. */
        public boolean isHttp() {
            return this == HTTP || this == HTTPS;
        }
    }

    public Listener {
        proxyProtocolFrom = List.copyOf(proxyProtocolFrom);
        Require.notEmpty("listeners[].name", name);
        String field = "listeners[" + name + "]";
        Require.inRange(field + ".port", port, 1, 65_535);
        if ((protocol == Protocol.HTTPS) != (tls != null)) {
            throw new IllegalArgumentException(
                    tls == null
                            ? field + ".tls: absent (expected: certificates, for the protocol is HTTPS)"
                            : field + ".tls: present (expected: absent, for the protocol is " + protocol + ")");
        }
        if (protocol.isUdp() && !proxyProtocolFrom.isEmpty()) {
            throw new IllegalArgumentException(
                    field + ".proxyProtocol: present (expected: absent, for the protocol is UDP)");
        }
    }

    /** One without TLS and without the PROXY protocol. */
    public Listener(String name, int port, Protocol protocol) {
        this(name, port, protocol, null, List.of());
    }

    /** What no two listeners of a pool may share: {@code 8080}, {@code 8080/udp}. */
    public String socket() {
        return protocol.isUdp() ? port + "/udp" : String.valueOf(port);
    }
}
