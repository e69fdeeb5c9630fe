package io.backendpool.pool;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the requests of one client are kept on one backend.
 *
 * @param kind what a session is known by
 * @param onUnavailable what becomes of one whose backend is gone
 */
public record Session(Kind kind, OnUnavailable onUnavailable) {

    /** What becomes of a session whose backend cannot serve it. */
    public enum OnUnavailable {
        /** It goes to another backend and stays there. */
        REBALANCE,
        /** Its requests are answered with 503. */
        FAIL
    }

    /** What a session is known by. */
    public sealed interface Kind {
        /** Whether only HTTP carries it. */
        default boolean isHttp() {
            return switch (this) {
                case Cookie cookie -> true;
                case LearntCookie(String name) -> true;
                case LearntHeader(String name) -> true;
                case SourceIp(int v4, int v6) -> false;
            };
        }
    }

    /**
     * A cookie that the proxy makes (RFC 6265): opaque, signed, and always HttpOnly.
     *
     * @param name a token, without its prefix
     * @param ttl Max-Age, 1 s to 400 days in whole seconds; null: until the client ends its session
     * @param path starts with '/'
     * @param domain null: the host that was asked
     * @param sameSite which requests from other sites carry it
     * @param secure whether it is for TLS only
     * @param prefix what is put before its name, for the browser to check (RFC 6265bis, 4.1.3)
     */
    public record Cookie(
            String name,
            @Nullable Duration ttl,
            String path,
            @Nullable String domain,
            SameSite sameSite,
            Secure secure,
            Prefix prefix)
            implements Kind {
        public static final Duration MAX_TTL = Duration.ofDays(400);
        public static final Cookie DEFAULT =
                new Cookie("backendpool", null, "/", null, SameSite.LAX, Secure.AUTO, Prefix.NONE);

        /** Which requests from other sites carry it. */
        public enum SameSite {
            LAX,
            STRICT,
            NONE
        }

        /** Whether it is for TLS only. */
        public enum Secure {
            /** Where it was given over TLS. */
            AUTO,
            ALWAYS,
            NEVER
        }

        /** What is put before its name. */
        public enum Prefix {
            NONE(""),
            /** Secure, of this host only, for all paths. */
            HOST("__Host-"),
            /** Secure. */
            SECURE("__Secure-");

            private final String text;

            Prefix(String text) {
                this.text = text;
            }

            /** As it is written. */
            public String text() {
                return text;
            }
        }

        public Cookie {
            Require.token("session.cookie.name", name);
            if (ttl != null
                    && (ttl.compareTo(Duration.ofSeconds(1)) < 0
                            || ttl.compareTo(MAX_TTL) > 0
                            || !ttl.equals(Duration.ofSeconds(ttl.toSeconds())))) {
                throw new IllegalArgumentException(
                        "session.cookie.ttl: " + ttl + " (expected: 1s to 9600h, in whole seconds)");
            }
            if (!path.startsWith("/") || !isAttribute(path)) {
                throw new IllegalArgumentException("session.cookie.path: " + path
                        + " (expected: starts with '/', no ';' and no control characters)");
            }
            if (domain != null && (domain.isEmpty() || !isAttribute(domain))) {
                throw new IllegalArgumentException("session.cookie.domain: " + domain + " (expected: a domain name)");
            }
            if (prefix == Prefix.HOST && (domain != null || !path.equals("/"))) {
                throw new IllegalArgumentException(
                        "session.cookie.prefix: Host (expected: no domain, and the path /, else browsers drop the cookie)");
            }
            if (secure == Secure.NEVER && (prefix != Prefix.NONE || sameSite == SameSite.NONE)) {
                throw new IllegalArgumentException(
                        "session.cookie.secure: Never (expected: Always or Auto with %s, else browsers drop the cookie)"
                                .formatted(prefix != Prefix.NONE ? "a prefix" : "sameSite None"));
            }
        }

        /** Its name on the wire. */
        public String fullName() {
            return prefix.text() + name;
        }

        /** Browsers take it over TLS only, whatever {@code secure} says. */
        public boolean needsSecure() {
            return prefix != Prefix.NONE || sameSite == SameSite.NONE;
        }

        private static boolean isAttribute(String text) {
            return text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != ';' && c != ',');
        }
    }

    /**
     * A cookie of the application, read in its responses.
     *
     * @param name a token
     */
    public record LearntCookie(String name) implements Kind {
        public LearntCookie {
            Require.token("session.learnt.cookie", name);
        }
    }

    /**
     * A header field of the application, read in its responses and in the requests that follow.
     *
     * @param name a token; lower case
     */
    public record LearntHeader(String name) implements Kind {
        public LearntHeader {
            name = name.toLowerCase(Locale.ROOT);
            Require.token("session.learnt.header", name);
        }
    }

    /**
     * The client's address, so many bits of it.
     *
     * @param prefixV4 1 to 32
     * @param prefixV6 1 to 128
     */
    public record SourceIp(int prefixV4, int prefixV6) implements Kind {
        public SourceIp {
            Require.inRange("session.sourceIP.prefixV4", prefixV4, 1, 32);
            Require.inRange("session.sourceIP.prefixV6", prefixV6, 1, 128);
        }
    }
}
