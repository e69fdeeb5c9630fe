package io.backendpool.operator.translate;

import io.backendpool.api.v1alpha1.AddressPrefix;
import io.backendpool.pool.Session;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads {@code spec.session}. */
final class SessionReader {
    private SessionReader() {}

    /**
     * Reads {@code bean}.
     *
     * @throws IllegalArgumentException where it is not valid after all; the message names the field
     */
    static @Nullable Session read(io.backendpool.api.v1alpha1.@Nullable Session bean) {
        if (bean == null) {
            return null;
        }
        Session.OnUnavailable onUnavailable =
                switch (bean.onUnavailable) {
                    case null -> Session.OnUnavailable.REBALANCE;
                    case Rebalance -> Session.OnUnavailable.REBALANCE;
                    case Fail -> Session.OnUnavailable.FAIL;
                };
        return new Session(kind(bean), onUnavailable);
    }

    private static Session.Kind kind(io.backendpool.api.v1alpha1.Session bean) {
        if (bean.cookie != null) {
            return cookie(bean.cookie);
        }
        if (bean.learnt != null) {
            return bean.learnt.cookie != null
                    ? new Session.LearntCookie(bean.learnt.cookie)
                    : new Session.LearntHeader(
                            PoolSpecReader.required("spec.session.learnt.header", bean.learnt.header));
        }
        AddressPrefix prefix = PoolSpecReader.required("spec.session.sourceIP", bean.sourceIP);
        return new Session.SourceIp(
                Objects.requireNonNullElse(prefix.prefixV4, 32), Objects.requireNonNullElse(prefix.prefixV6, 128));
    }

    private static Session.Cookie cookie(io.backendpool.api.v1alpha1.Session.Cookie bean) {
        Session.Cookie usual = Session.Cookie.DEFAULT;
        return new Session.Cookie(
                Objects.requireNonNullElse(bean.name, usual.name()),
                bean.ttl == null ? null : Durations.parse("spec.session.cookie.ttl", bean.ttl),
                Objects.requireNonNullElse(bean.path, usual.path()),
                bean.domain,
                switch (bean.sameSite) {
                    case null -> usual.sameSite();
                    case Lax -> Session.Cookie.SameSite.LAX;
                    case Strict -> Session.Cookie.SameSite.STRICT;
                    case None -> Session.Cookie.SameSite.NONE;
                },
                switch (bean.secure) {
                    case null -> usual.secure();
                    case Auto -> Session.Cookie.Secure.AUTO;
                    case Always -> Session.Cookie.Secure.ALWAYS;
                    case Never -> Session.Cookie.Secure.NEVER;
                },
                switch (bean.prefix) {
                    case null -> usual.prefix();
                    case None -> Session.Cookie.Prefix.NONE;
                    case Host -> Session.Cookie.Prefix.HOST;
                    case Secure -> Session.Cookie.Prefix.SECURE;
                });
    }
}
