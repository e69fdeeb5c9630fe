package io.backendpool.operator.secrets;

import io.backendpool.operator.translate.KeyedCertificate;
import io.backendpool.operator.translate.SecretId;
import io.backendpool.operator.translate.SecretState;
import io.backendpool.operator.translate.SecretState.LastGood;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The Secrets that pools refer to, as they were read last, and of each the last good content. Of others nothing is kept.
 * Thread-safe.
 */
public final class SecretBook {
    private final Clock clock;
    private final PastCertificates past;
    private final Map<SecretId, SecretState> states = new HashMap<>();

    /**
     * Follows nothing yet.
     *
     * @param past asked once for each Secret that is bad before it was ever good
     */
    public SecretBook(Clock clock, PastCertificates past) {
        this.clock = clock;
        this.past = past;
    }

    /** From now on follows {@code wanted} and nothing else; returns those of them that are new. */
    public synchronized Set<SecretId> follow(Set<SecretId> wanted) {
        states.keySet().retainAll(wanted);
        Set<SecretId> fresh = new HashSet<>(wanted);
        fresh.removeAll(states.keySet());
        fresh.forEach(id -> states.put(id, new SecretState.Pending()));
        return fresh;
    }

    /** What is known of {@code id}. */
    public synchronized SecretState state(SecretId id) {
        return states.getOrDefault(id, new SecretState.Pending());
    }

    /** {@code id} holds {@code data}. Returns whether that is news. */
    public boolean present(SecretId id, Map<String, byte[]> data) {
        SecretState.Part<KeyedCertificate> certificate = SecretReader.certificate(data);
        SecretState.Part<String> authorities = SecretReader.authorities(data);
        LastGood before = lastGood(id, !(certificate instanceof SecretState.Good));
        KeyedCertificate valid =
                certificate instanceof SecretState.Good<KeyedCertificate>(KeyedCertificate found) && isValid(found)
                        ? found
                        : before.certificate();
        String trusted = authorities instanceof SecretState.Good<String>(String found) ? found : before.authorities();
        return put(id, new SecretState.Present(certificate, authorities, new LastGood(valid, trusted)));
    }

    /** Nothing of what {@code data} has is bad: it is not just being written. */
    public static boolean isWhole(Map<String, byte[]> data) {
        boolean pair = (!data.containsKey(SecretReader.CERTIFICATE) && !data.containsKey(SecretReader.KEY))
                || SecretReader.certificate(data) instanceof SecretState.Good;
        return pair
                && (!data.containsKey(SecretReader.AUTHORITIES)
                        || SecretReader.authorities(data) instanceof SecretState.Good);
    }

    private boolean isValid(KeyedCertificate certificate) {
        Instant now = clock.instant();
        return !now.isBefore(certificate.notBefore()) && now.isBefore(certificate.notAfter());
    }

    /** {@code id} is not there; {@code expected} says what should be, for people. Returns whether that is news. */
    public boolean absent(SecretId id, String expected) {
        return put(id, new SecretState.Absent(expected, lastGood(id, true)));
    }

    /** {@code id} cannot be read. Returns whether that is news. */
    public boolean unreadable(SecretId id, String cause) {
        return put(id, new SecretState.Unreadable(cause, lastGood(id, true)));
    }

    private LastGood lastGood(SecretId id, boolean bad) {
        return switch (state(id)) {
            case SecretState.NotFollowed() -> LastGood.NONE;
            case SecretState.Pending() -> bad ? ofPast(id) : LastGood.NONE;
            case SecretState.Absent(String expected, LastGood last) -> last;
            case SecretState.Unreadable(String cause, LastGood last) -> last;
            case SecretState.Present present -> present.lastGood();
        };
    }

    private LastGood ofPast(SecretId id) {
        Map<String, byte[]> data = past.find(id);
        return data != null
                        && SecretReader.certificate(data)
                                instanceof SecretState.Good<KeyedCertificate>(KeyedCertificate found)
                ? new LastGood(found, null)
                : LastGood.NONE;
    }

    private synchronized boolean put(SecretId id, SecretState next) {
        @Nullable SecretState before = states.get(id);
        if (before == null || before.equals(next)) {
            return false;
        }
        states.put(id, next);
        return true;
    }
}
