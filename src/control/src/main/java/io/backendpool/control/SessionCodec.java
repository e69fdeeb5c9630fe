package io.backendpool.control;

import io.backendpool.control.v1.AddressPrefix;
import io.backendpool.control.v1.SessionCookie;
import io.backendpool.pool.Session;
import java.time.Duration;

/** The border between the model and the wire for sessions. */
final class SessionCodec {
    private SessionCodec() {}

    static io.backendpool.control.v1.Session encode(Session session) {
        io.backendpool.control.v1.Session.Builder message = io.backendpool.control.v1.Session.newBuilder()
                .setFailOnUnavailable(session.onUnavailable() == Session.OnUnavailable.FAIL);
        switch (session.kind()) {
            case Session.Cookie cookie -> message.setCookie(encode(cookie));
            case Session.LearntCookie(String name) -> message.setLearntCookie(name);
            case Session.LearntHeader(String name) -> message.setLearntHeader(name);
            case Session.SourceIp(int v4, int v6) ->
                message.setSourceIp(
                        AddressPrefix.newBuilder().setV4(v4).setV6(v6).build());
        }
        return message.build();
    }

    private static SessionCookie encode(Session.Cookie cookie) {
        SessionCookie.Builder message = SessionCookie.newBuilder()
                .setName(cookie.name())
                .setPath(cookie.path())
                .setSameSite(
                        switch (cookie.sameSite()) {
                            case LAX -> SessionCookie.SameSite.LAX;
                            case STRICT -> SessionCookie.SameSite.STRICT;
                            case NONE -> SessionCookie.SameSite.SAME_SITE_NONE;
                        })
                .setSecure(
                        switch (cookie.secure()) {
                            case AUTO -> SessionCookie.Secure.AUTO;
                            case ALWAYS -> SessionCookie.Secure.ALWAYS;
                            case NEVER -> SessionCookie.Secure.NEVER;
                        })
                .setPrefix(
                        switch (cookie.prefix()) {
                            case NONE -> SessionCookie.Prefix.PREFIX_NONE;
                            case HOST -> SessionCookie.Prefix.PREFIX_HOST;
                            case SECURE -> SessionCookie.Prefix.PREFIX_SECURE;
                        });
        Duration ttl = cookie.ttl();
        if (ttl != null) {
            message.setTtlSeconds(ttl.toSeconds());
        }
        String domain = cookie.domain();
        if (domain != null) {
            message.setDomain(domain);
        }
        return message.build();
    }

    /**
     * Decodes {@code message}.
     *
     * @throws IllegalArgumentException a value is out of its range; the message names the field
     */
    static Session decode(io.backendpool.control.v1.Session message) throws InvalidSnapshotException {
        Session.Kind kind =
                switch (message.getKindCase()) {
                    case COOKIE -> decode(message.getCookie());
                    case LEARNT_COOKIE -> new Session.LearntCookie(message.getLearntCookie());
                    case LEARNT_HEADER -> new Session.LearntHeader(message.getLearntHeader());
                    case SOURCE_IP ->
                        new Session.SourceIp(
                                message.getSourceIp().getV4(),
                                message.getSourceIp().getV6());
                    case KIND_NOT_SET ->
                        throw new InvalidSnapshotException("session: empty (expected: cookie, learnt or sourceIP)");
                };
        return new Session(
                kind, message.getFailOnUnavailable() ? Session.OnUnavailable.FAIL : Session.OnUnavailable.REBALANCE);
    }

    private static Session.Cookie decode(SessionCookie message) throws InvalidSnapshotException {
        return new Session.Cookie(
                message.getName(),
                message.hasTtlSeconds() ? Duration.ofSeconds(message.getTtlSeconds()) : null,
                message.getPath(),
                message.hasDomain() ? message.getDomain() : null,
                switch (message.getSameSite()) {
                    case LAX -> Session.Cookie.SameSite.LAX;
                    case STRICT -> Session.Cookie.SameSite.STRICT;
                    case SAME_SITE_NONE -> Session.Cookie.SameSite.NONE;
                    case SAME_SITE_UNSPECIFIED, UNRECOGNIZED ->
                        throw PoolConfigCodec.unknownValue(
                                "session.cookie.sameSite", message.getSameSiteValue(), "Lax, Strict or None");
                },
                switch (message.getSecure()) {
                    case AUTO -> Session.Cookie.Secure.AUTO;
                    case ALWAYS -> Session.Cookie.Secure.ALWAYS;
                    case NEVER -> Session.Cookie.Secure.NEVER;
                    case SECURE_UNSPECIFIED, UNRECOGNIZED ->
                        throw PoolConfigCodec.unknownValue(
                                "session.cookie.secure", message.getSecureValue(), "Auto, Always or Never");
                },
                switch (message.getPrefix()) {
                    case PREFIX_NONE -> Session.Cookie.Prefix.NONE;
                    case PREFIX_HOST -> Session.Cookie.Prefix.HOST;
                    case PREFIX_SECURE -> Session.Cookie.Prefix.SECURE;
                    case PREFIX_UNSPECIFIED, UNRECOGNIZED ->
                        throw PoolConfigCodec.unknownValue(
                                "session.cookie.prefix", message.getPrefixValue(), "None, Host or Secure");
                });
    }
}
