package io.backendpool.pool;

import java.util.Locale;

/** What of a request is hashed. */
public sealed interface HashKey {
    /** Whether a connection or request of {@code protocol} can have it at all. */
    default boolean isOf(Listener.Protocol protocol) {
        return switch (this) {
            case ClientIp(int v4, int v6) -> true;
            case ServerName() -> protocol == Listener.Protocol.HTTPS || protocol == Listener.Protocol.TLS;
            case Header(String name) -> protocol.isHttp();
            case Cookie(String name) -> protocol.isHttp();
            case QueryParameter(String name) -> protocol.isHttp();
            case Path() -> protocol.isHttp();
        };
    }

    /**
     * The value of a header field; the first where there are several.
     *
     * @param name a token (RFC 9110, 5.6.2); lower case
     */
    record Header(String name) implements HashKey {
        public Header {
            name = name.toLowerCase(Locale.ROOT);
            Require.token("loadBalancing.hash[].header", name);
        }
    }

    /**
     * The value of a cookie of the request.
     *
     * @param name a token (RFC 6265, 4.1.1)
     */
    record Cookie(String name) implements HashKey {
        public Cookie {
            Require.token("loadBalancing.hash[].cookie", name);
        }
    }

    /**
     * The value of a query parameter as it is written, still percent-encoded; the first where there are several.
     *
     * @param name not empty, as it is written
     */
    record QueryParameter(String name) implements HashKey {
        public QueryParameter {
            Require.notEmpty("loadBalancing.hash[].queryParameter", name);
        }
    }

    /** The path of the request's target as it is written, without the query. */
    record Path() implements HashKey {}

    /** The server name that the client asked for in its TLS handshake (RFC 6066, 3), in lower case. */
    record ServerName() implements HashKey {}

    /**
     * The client's address, so many bits of it.
     *
     * @param prefixV4 1 to 32
     * @param prefixV6 1 to 128
     */
    record ClientIp(int prefixV4, int prefixV6) implements HashKey {
        public static final ClientIp WHOLE = new ClientIp(32, 128);

        public ClientIp {
            Require.inRange("loadBalancing.hash[].clientIP.prefixV4", prefixV4, 1, 32);
            Require.inRange("loadBalancing.hash[].clientIP.prefixV6", prefixV6, 1, 128);
        }
    }
}
