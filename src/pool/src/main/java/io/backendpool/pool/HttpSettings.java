package io.backendpool.pool;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is added to requests on their way.
 *
 * @param forwarding which fields tell a backend where a request came from; may be empty
 * @param trustedHops how many proxies in front of this one are trusted, 0 to 16. 0: what a client says in these fields is
 *     dropped. n: it is kept and added to, and the client's address is the n-th from the end of the list
 * @param via the pseudonym in {@code Via} (RFC 9110, 7.6.3); null: no {@code Via} is added
 * @param requestId whose {@code X-Request-Id} a backend gets
 */
public record HttpSettings(
        Set<Forwarding> forwarding,
        int trustedHops,
        @Nullable String via,
        RequestId requestId) {

    public static final HttpSettings DEFAULT =
            new HttpSettings(EnumSet.of(Forwarding.X_FORWARDED), 0, null, RequestId.KEEP);

    /** A way to say where a request came from. */
    public enum Forwarding {
        /** {@code X-Forwarded-For}, {@code -Proto}, {@code -Host} and {@code -Port}. */
        X_FORWARDED,
        /** {@code Forwarded}, RFC 7239. */
        FORWARDED
    }

    /** Whose id a request bears. */
    public enum RequestId {
        /** The client's where it sent one, else a new one. */
        KEEP,
        /** A new one in any case. */
        REPLACE
    }

    public HttpSettings {
        forwarding = Set.copyOf(forwarding);
        Require.inRange("http.trustedHops", trustedHops, 0, 16);
        if (via != null) {
            Require.notEmpty("http.via", via);
        }
    }
}
