package io.backendpool.proxy.http;

import io.backendpool.pool.HttpSettings;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.Session;
import io.backendpool.pool.pick.Hashing;
import io.backendpool.pool.session.TokenCodec;
import io.backendpool.proxy.upstream.AttemptPlan;
import io.backendpool.proxy.upstream.LoopSessions;
import io.backendpool.proxy.upstream.LoopUpstreams;
import io.backendpool.proxy.upstream.Upstream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What ties requests to backends: the keys of policies that hash, and sessions. It reads both from request heads, and writes
 * into response heads what clients are to send back.
 *
 * <pre>
 *   session           the client carries                       bound to
 *   cookie            the proxy's cookie                        -
 *   learnt.cookie     a cookie beside the application's         the application's cookie
 *   learnt.header     token~ before the field's value           the value
 *   sourceIP          nothing                                   -
 * </pre>
 *
 * <p>Event loop only.
 */
final class Affinity {
    /** Before the name of the cookie that goes with an application's. */
    static final String BESIDE = "backendpool-";

    /** Between a token and the value that it stands before. */
    private static final char JOINT = '~';

    private static final byte[] SET_COOKIE = "set-cookie".getBytes(StandardCharsets.US_ASCII);

    /** The session of one request, to be kept until its response. */
    record Bond(Session.Kind kind, LoopSessions sessions, LoopSessions.Binding binding, long boundTo, boolean secure) {}

    private final HeadReader reader = new HeadReader();
    private @Nullable LoadBalancing compiled;
    private RequestKeys keys = new RequestKeys(java.util.List.of());

    /** The session that {@code head} belongs to; null: the pool has no sessions, or the request none that could begin. */
    @Nullable
    Bond bond(RequestHead head, Downstream client, LoopSessions sessions, HttpSettings http) {
        Session.Kind kind = sessions.session().kind();
        boolean secure = client.isSecure();
        return switch (kind) {
            case Session.Cookie cookie -> {
                String token = cookie(head, cookie.fullName());
                yield new Bond(kind, sessions, sessions.find(token, TokenCodec.UNBOUND), TokenCodec.UNBOUND, secure);
            }
            case Session.LearntCookie(String name) -> {
                if (!reader.cookie(head, ascii(name))) {
                    // The response may begin one.
                    yield new Bond(kind, sessions, sessions.find(null, 0), TokenCodec.UNBOUND, secure);
                }
                long boundTo = boundTo(head);
                yield new Bond(kind, sessions, sessions.find(cookie(head, BESIDE + name), boundTo), boundTo, secure);
            }
            case Session.LearntHeader(String name) -> learntHeader(kind, head, ascii(name), sessions, secure);
            case Session.SourceIp(int v4, int v6) -> {
                byte[] address = RequestKeys.address(head, client, http);
                if (address == null) {
                    yield null;
                }
                long hash = Hashing.hash(address, address.length == 4 ? v4 : v6);
                yield new Bond(kind, sessions, sessions.ofSource(hash), TokenCodec.UNBOUND, secure);
            }
        };
    }

    private Bond learntHeader(Session.Kind kind, RequestHead head, byte[] name, LoopSessions sessions, boolean secure) {
        int field = reader.field(head, name);
        String text = field < 0 ? "" : reader.text(head);
        int joint = text.indexOf(JOINT);
        if (joint < 0) {
            long boundTo = field < 0 ? TokenCodec.UNBOUND : boundTo(text);
            return new Bond(kind, sessions, sessions.find(null, 0), boundTo, secure);
        }
        String value = text.substring(joint + 1);
        long boundTo = boundTo(value);
        LoopSessions.Binding binding = sessions.find(text.substring(0, joint), boundTo);
        if (binding.backend() != null || binding.seed() != 0) {
            // The application gets its own value back.
            head.removed[field] = true;
            head.append(name, value);
        }
        return new Bond(kind, sessions, binding, boundTo, secure);
    }

    /** Where the request goes first, and where next. */
    @SuppressWarnings("ReferenceEquality") // a changed pool has new settings, and comparing contents would cost
    AttemptPlan plan(
            LoopUpstreams upstreams, RequestHead head, Downstream client, HttpSettings http, @Nullable Bond bond) {
        long hash = upstreams.randomHash();
        if (upstreams.usesHash()) {
            LoadBalancing settings = upstreams.loadBalancing();
            if (settings != compiled) {
                compiled = settings;
                keys = new RequestKeys(settings.hash());
            }
            hash = keys.hash(head, client, http, hash);
        }
        Upstream bound = bond == null ? null : bond.binding().backend();
        return new AttemptPlan(
                upstreams, hash, bound, bond != null && bond.binding().strict());
    }

    /** Tells the client of {@code bond}, in the head of the response from {@code answered}. */
    void tell(ResponseHead head, Bond bond, Upstream answered) {
        switch (bond.kind()) {
            case Session.Cookie cookie -> {
                String token = bond.sessions().token(bond.binding(), answered.key(), TokenCodec.UNBOUND);
                if (token != null) {
                    head.append(SET_COOKIE, setCookie(cookie, token, bond.secure()));
                }
            }
            case Session.LearntCookie(String name) -> tellBeside(head, bond, answered, name);
            case Session.LearntHeader(String name) -> tellInField(head, bond, answered, ascii(name));
            case Session.SourceIp source -> {}
        }
    }

    private void tellBeside(ResponseHead head, Bond bond, Upstream answered, String name) {
        byte[] cookieName = ascii(name);
        long given = TokenCodec.UNBOUND;
        for (int field = HeadReader.next(head, SET_COOKIE, 0);
                field >= 0;
                field = HeadReader.next(head, SET_COOKIE, field + 1)) {
            int end = head.value[field];
            while (end < head.valueEnd[field] && head.bytes[end] != ';') {
                end++;
            }
            if (reader.pair(head.bytes, head.value[field], end, cookieName) && reader.to() > reader.from()) {
                given = boundTo(head);
            }
        }
        String token = given != TokenCodec.UNBOUND && given != bond.boundTo()
                ? bond.sessions().sign(bond.binding(), answered.key(), given)
                : bond.boundTo() == TokenCodec.UNBOUND
                        ? null
                        : bond.sessions().token(bond.binding(), answered.key(), bond.boundTo());
        if (token != null) {
            Session.Cookie like = Session.Cookie.DEFAULT;
            head.append(SET_COOKIE, setCookie(BESIDE + name, like, token, bond.secure()));
        }
    }

    private void tellInField(ResponseHead head, Bond bond, Upstream answered, byte[] name) {
        int field = reader.field(head, name);
        if (field < 0 || reader.to() == reader.from()) {
            return;
        }
        String value = reader.text(head);
        String token = bond.sessions().sign(bond.binding(), answered.key(), boundTo(value));
        if (token != null) {
            head.removed[field] = true;
            head.append(name, token + JOINT + value);
        }
    }

    private static String setCookie(Session.Cookie cookie, String token, boolean secure) {
        return setCookie(cookie.fullName(), cookie, token, secure);
    }

    private static String setCookie(String name, Session.Cookie cookie, String token, boolean secure) {
        StringBuilder text = new StringBuilder(128)
                .append(name)
                .append('=')
                .append(token)
                .append("; Path=")
                .append(cookie.path());
        if (cookie.domain() != null) {
            text.append("; Domain=").append(cookie.domain());
        }
        if (cookie.ttl() != null) {
            text.append("; Max-Age=").append(cookie.ttl().toSeconds());
        }
        text.append("; HttpOnly");
        boolean isSecure =
                switch (cookie.secure()) {
                    case AUTO -> secure || cookie.needsSecure();
                    case ALWAYS -> true;
                    case NEVER -> false;
                };
        if (isSecure) {
            text.append("; Secure");
        }
        return text.append("; SameSite=")
                .append(
                        switch (cookie.sameSite()) {
                            case LAX -> "Lax";
                            case STRICT -> "Strict";
                            case NONE -> "None";
                        })
                .toString();
    }

    private @Nullable String cookie(RequestHead head, String name) {
        return reader.cookie(head, ascii(name)) ? reader.text(head) : null;
    }

    /** Of what the reader found last. */
    private long boundTo(Head head) {
        return notUnbound(Hashing.hash(head.bytes, reader.from(), reader.to() - reader.from(), 0));
    }

    private static long boundTo(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        return notUnbound(Hashing.hash(bytes, 0, bytes.length, 0));
    }

    private static long notUnbound(long hash) {
        return hash == TokenCodec.UNBOUND ? 1 : hash;
    }

    private static byte[] ascii(String name) {
        return name.getBytes(StandardCharsets.ISO_8859_1);
    }
}
