package io.backendpool.operator.translate;

import io.backendpool.pool.Certificate;
import io.backendpool.pool.Listener;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the Secrets of a pool come to, and what is wrong with them. A Secret that is bad costs the pool as little as can be:
 * its last good content goes on; without one the other certificates of the listener do; without any the listener is left
 * out, and the others go on. Confined to one translation.
 */
final class SecretReferences {
    private final String namespace;
    private final Function<SecretId, SecretState> secrets;
    private final Instant now;
    private final List<Finding> findings;
    private final Map<String, Certificate> certificates = new TreeMap<>();
    private boolean complete = true;

    /** {@code findings} takes what is wrong. */
    SecretReferences(String namespace, Function<SecretId, SecretState> secrets, Instant now, List<Finding> findings) {
        this.namespace = namespace;
        this.secrets = secrets;
        this.now = now;
        this.findings = findings;
    }

    /** Those that were found for listeners, each once. */
    List<Certificate> certificates() {
        return List.copyOf(certificates.values());
    }

    /** False: a Secret is still to be read. */
    boolean complete() {
        return complete;
    }

    /** Those of {@code listeners} that can be served, in their order. */
    List<Listener> listeners(List<Listener> listeners) {
        List<Listener> served = new ArrayList<>();
        for (int i = 0; i < listeners.size(); i++) {
            Listener listener = listeners.get(i);
            if (listener.tls() == null || anyCertificate("spec.listeners[" + i + "].tls", listener)) {
                served.add(listener);
            }
        }
        return served;
    }

    private boolean anyCertificate(String field, Listener listener) {
        List<String> names = Objects.requireNonNull(listener.tls()).certificates();
        boolean any = false;
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            KeyedCertificate found = certificate(field + ".certificateRefs[" + i + "].name", name);
            if (found != null) {
                certificates.put(name, new Certificate(name, found.chain(), found.key()));
                any = true;
            }
        }
        if (!any && complete) {
            finding(
                    Finding.Kind.LISTENER_WITHOUT_CERTIFICATE,
                    field,
                    "listener %s has no certificate: it is left out, the others go on".formatted(listener.name()));
        }
        return any || !complete;
    }

    private @Nullable KeyedCertificate certificate(String field, String name) {
        return switch (secrets.apply(new SecretId(namespace, name))) {
            case SecretState.NotFollowed() -> {
                finding(Finding.Kind.SECRET_NOT_FOUND, field, name + " (nobody follows Secrets here)");
                yield null;
            }
            case SecretState.Pending() -> {
                complete = false;
                yield null;
            }
            case SecretState.Absent(String expected, SecretState.LastGood last) ->
                instead(
                        Finding.Kind.SECRET_NOT_FOUND,
                        field,
                        "%s (expected: %s)".formatted(name, expected),
                        last.certificate());
            case SecretState.Unreadable(String cause, SecretState.LastGood last) ->
                instead(
                        Finding.Kind.SECRET_UNREADABLE,
                        field,
                        "%s cannot be read: %s".formatted(name, cause),
                        last.certificate());
            case SecretState.Present present ->
                switch (present.certificate()) {
                    case SecretState.Bad<KeyedCertificate>(String message) ->
                        instead(
                                Finding.Kind.CERTIFICATE_INVALID,
                                field,
                                name + " " + message,
                                present.lastGood().certificate());
                    case SecretState.Good<KeyedCertificate>(KeyedCertificate found) ->
                        inTime(field, name, found, present.lastGood().certificate());
                };
        };
    }

    private @Nullable KeyedCertificate instead(
            Finding.Kind kind, String field, String message, @Nullable KeyedCertificate last) {
        finding(kind, field, last == null ? message : message + "; its last good certificate goes on");
        return last;
    }

    /** One that is out of time is still better than none: clients say why they do not like it. */
    private KeyedCertificate inTime(
            String field, String name, KeyedCertificate found, @Nullable KeyedCertificate last) {
        if (found.isValid(now)) {
            if (found.expiresSoon(now)) {
                finding(
                        Finding.Kind.CERTIFICATE_EXPIRES_SOON,
                        field,
                        "%s expires at %s and has not been renewed".formatted(name, found.notAfter()));
            }
            return found;
        }
        boolean early = now.isBefore(found.notBefore());
        String problem = early
                ? "%s is valid from %s on (expected: now)".formatted(name, found.notBefore())
                : "%s expired at %s (expected: valid now)".formatted(name, found.notAfter());
        boolean better = last != null && last.isValid(now);
        finding(
                early ? Finding.Kind.CERTIFICATE_NOT_YET_VALID : Finding.Kind.CERTIFICATE_EXPIRED,
                field,
                problem + (better ? "; its last good certificate goes on" : "; it is presented all the same"));
        return better ? Objects.requireNonNull(last) : found;
    }

    /** The authorities of a group: they can be had, or they are none, or the group cannot be reached safely. */
    sealed interface Authorities {}

    /** These, PEM; null: those that the proxy's system trusts. */
    record Trusted(@Nullable String pem) implements Authorities {}

    /** Its backends must be left out: to trust others instead would be worse. */
    record Missing() implements Authorities {}

    /** Whom the group at {@code field} trusts. */
    Authorities authorities(String field, PoolSpec.@Nullable Tls tls) {
        if (tls == null || tls.caCertificateSecret() == null) {
            return new Trusted(null);
        }
        String name = tls.caCertificateSecret();
        String path = field + ".tls.caCertificateRef.name";
        return switch (secrets.apply(new SecretId(namespace, name))) {
            case SecretState.NotFollowed() ->
                instead(Finding.Kind.SECRET_NOT_FOUND, path, name + " (nobody follows Secrets here)", (String) null);
            case SecretState.Pending() -> {
                complete = false;
                yield new Missing();
            }
            case SecretState.Absent(String expected, SecretState.LastGood last) ->
                instead(
                        Finding.Kind.SECRET_NOT_FOUND,
                        path,
                        "%s (expected: %s)".formatted(name, expected),
                        last.authorities());
            case SecretState.Unreadable(String cause, SecretState.LastGood last) ->
                instead(
                        Finding.Kind.SECRET_UNREADABLE,
                        path,
                        "%s cannot be read: %s".formatted(name, cause),
                        last.authorities());
            case SecretState.Present present ->
                switch (present.authorities()) {
                    case SecretState.Good<String>(String pem) -> new Trusted(pem);
                    case SecretState.Bad<String>(String message) ->
                        instead(
                                Finding.Kind.CERTIFICATE_INVALID,
                                path,
                                name + " " + message,
                                present.lastGood().authorities());
                };
        };
    }

    private Authorities instead(Finding.Kind kind, String field, String message, @Nullable String last) {
        finding(
                kind,
                field,
                message
                        + (last == null
                                ? "; the group's backends are left out, for nobody could be trusted"
                                : "; its last good authorities go on"));
        return last == null ? new Missing() : new Trusted(last);
    }

    private void finding(Finding.Kind kind, String field, String message) {
        findings.add(new Finding(kind, field, message));
    }
}
