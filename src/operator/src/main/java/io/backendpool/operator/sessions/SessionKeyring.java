package io.backendpool.operator.sessions;

import io.backendpool.operator.certificates.CertificateStore;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.SessionKeys.SessionKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The operator's secrets, and the keys of each pool that follow from them, so that the proxies of one pool cannot sign for
 * another. They are in the store that the CA is in, and nowhere else: not in a log, not in a ConfigMap.
 *
 * <pre>
 *   made ---- {@link #LEAD}: verifies, does not sign ---- signs ---- the next one signs: verifies ---- forgotten
 * </pre>
 *
 * <p>A new secret does not sign before all proxies have had time to learn of it: else one of them would not know the cookie
 * that another has just given. It is made every {@link #PERIOD} and forgotten when {@link SessionKeys#MAX_KEYS} newer ones are
 * there: a cookie is good for three periods at least. {@link #keys} may be called from any thread.
 */
public final class SessionKeyring {
    /** How often a secret is made. */
    public static final Duration PERIOD = Duration.ofDays(30);

    /** From its making to its first signature. */
    public static final Duration LEAD = Duration.ofHours(1);

    private static final String NAME = "session-keys";
    private static final int SECRET_BYTES = 32;
    private static final int ID_BYTES = 4;
    private static final Logger LOG = Logger.getLogger(SessionKeyring.class);

    private final CertificateStore store;
    private final SecureRandom random;
    private final Clock clock;
    /** The newest first. */
    private volatile List<Secret> secrets;

    /** One line of the store: {@code ID MADE BASE64}. */
    private record Secret(String id, Instant made, String base64) {
        String line() {
            return id + " " + made + " " + base64;
        }

        /** Without the secret. */
        @Override
        public String toString() {
            return "Secret[id=" + id + "]";
        }

        /** Null: what was read is no such line. */
        static @Nullable Secret read(String line) {
            String[] parts = line.strip().split(" ", -1);
            try {
                boolean whole = parts.length == 3 && Base64.getDecoder().decode(parts[2]).length == SECRET_BYTES;
                return whole ? new Secret(parts[0], Instant.parse(parts[1]), parts[2]) : null;
            } catch (IllegalArgumentException | DateTimeException writtenByOthers) {
                return null;
            }
        }
    }

    private SessionKeyring(CertificateStore store, SecureRandom random, Clock clock, List<Secret> secrets) {
        this.store = store;
        this.random = random;
        this.clock = clock;
        this.secrets = secrets;
    }

    /**
     * Reads the secrets, and makes the first where there is none.
     *
     * @throws IOException the store cannot be read or written
     */
    public static SessionKeyring open(CertificateStore store, SecureRandom random, Clock clock) throws IOException {
        String text = store.read(NAME);
        List<Secret> found = new ArrayList<>();
        boolean damaged = false;
        for (String line : text == null ? List.<String>of() : text.lines().toList()) {
            Secret secret = Secret.read(line);
            if (secret == null) {
                damaged = true;
            } else {
                found.add(secret);
            }
        }
        if (damaged) {
            LOG.errorf(
                    "%s: not as it was written, set aside; sessions that it signed begin anew", store.setAside(NAME));
        }
        SessionKeyring keyring = new SessionKeyring(store, random, clock, List.copyOf(found));
        if (found.isEmpty() || damaged) {
            keyring.write(found.isEmpty() ? List.of(keyring.make()) : found);
        }
        return keyring;
    }

    /**
     * Makes the next secret where it is time. Calls do not overlap.
     *
     * @throws IOException the store cannot be written; nothing has changed
     */
    public void tick() throws IOException {
        Instant now = clock.instant();
        List<Secret> known = secrets;
        if (known.getFirst().made().plus(PERIOD).isAfter(now)) {
            return;
        }
        List<Secret> next = new ArrayList<>();
        next.add(make());
        next.addAll(known.subList(0, Math.min(known.size(), SessionKeys.MAX_KEYS - 1)));
        write(next);
        LOG.infof("session keys: %s made, signs from %s on", next.getFirst().id(), now.plus(LEAD));
    }

    /** The keys of {@code pool} now: the one that signs, then those that verify. */
    public SessionKeys keys(PoolId pool) {
        Instant now = clock.instant();
        List<SessionKey> keys = new ArrayList<>();
        for (Secret secret : secrets) {
            keys.add(new SessionKey(secret.id(), derived(secret, pool)));
        }
        // The first of all has nobody to wait for.
        if (keys.size() > 1 && secrets.getFirst().made().plus(LEAD).isAfter(now)) {
            keys.add(1, keys.removeFirst());
        }
        return new SessionKeys(keys);
    }

    private static String derived(Secret secret, PoolId pool) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.base64()), "HmacSHA256"));
            byte[] key = mac.doFinal(("backendpool session " + pool).getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(key);
        } catch (GeneralSecurityException impossible) {
            // Every Java platform has it, see Mac.
            throw new IllegalStateException(impossible);
        }
    }

    private Secret make() {
        byte[] id = new byte[ID_BYTES];
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(id);
        random.nextBytes(bytes);
        return new Secret(
                HexFormat.of().formatHex(id),
                clock.instant(),
                Base64.getEncoder().encodeToString(bytes));
    }

    private void write(List<Secret> next) throws IOException {
        StringBuilder text = new StringBuilder();
        next.forEach(secret -> text.append(secret.line()).append('\n'));
        store.write(NAME, text.toString());
        secrets = List.copyOf(next);
    }
}
