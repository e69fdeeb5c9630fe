package io.backendpool.operator.certificates;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The control channel's own certificate authority. It makes what is missing, renews what grows old and lets generations
 * overlap, all in {@link #tick}:
 *
 * <pre>
 *   CA 1  |=== signs ==================|--- trusted ---|
 *   CA 2                  |- trusted --|=== signs ============ …
 *         0             2/3 life     +overlap       end of life
 * </pre>
 *
 * So a proxy that has the bundle of before trusts the server until the overlap is over, and one that has the new bundle
 * trusts both. What is stored and cannot be used is set aside and made anew. Any thread.
 */
public final class CertificateAuthority {
    static final String AUTHORITIES = "authorities.pem";
    static final String SERVER = "server.pem";
    static final String TRUST_BUNDLE = "trust.pem";

    private static final Logger LOG = Logger.getLogger(CertificateAuthority.class);

    private final CertificateStore store;
    private final CertificatePolicy policy;
    private final Clock clock;
    private volatile State state;

    /** @param authorities oldest first; not empty */
    private record State(List<Pem.Entry> authorities, Pem.Entry signer, ServerIdentity server) {}

    private CertificateAuthority(CertificateStore store, CertificatePolicy policy, Clock clock) throws IOException {
        this.store = store;
        this.policy = policy;
        this.clock = clock;
        this.state = bring(stored(AUTHORITIES), stored(SERVER), false);
    }

    /**
     * Opens what {@code store} holds, and makes what it lacks.
     *
     * @throws IOException the store can be neither read nor written
     */
    public static CertificateAuthority open(CertificateStore store, CertificatePolicy policy, Clock clock)
            throws IOException {
        return new CertificateAuthority(store, policy, clock);
    }

    /** Whom proxies must trust, as PEM: every CA that has not expired. Also in the store, as {@code trust.pem}. */
    public String trustBundle() {
        return bundle(state.authorities());
    }

    /** What the server proves itself with now. */
    public ServerIdentity server() {
        return state.server();
    }

    /**
     * Does what is due by the clock; cheap where nothing is. Call it every minute or so, at least some times within the
     * policy's overlap.
     *
     * @throws IOException the store cannot be written; all that was in use stays in use
     */
    public synchronized void tick() throws IOException {
        bring(false);
    }

    /**
     * Makes the next CA now, whatever the age of the last one. As always it is trusted at once and signs after the overlap, and
     * the former stays trusted until it expires. Does nothing where a next one already waits for that.
     *
     * @throws IOException the store cannot be written; all that was in use stays in use
     */
    public synchronized void rotate() throws IOException {
        List<Pem.Entry> authorities = state.authorities();
        boolean waits = !authorities.getLast().equals(state.signer());
        bring(!waits);
    }

    private void bring(boolean another) throws IOException {
        ServerIdentity server = state.server();
        state = bring(
                newest(AUTHORITIES, state.authorities()),
                newest(SERVER, List.of(new Pem.Entry(server.chain().getFirst(), server.key()))),
                another);
    }

    /** What the store holds, for another operator may have written it; where that cannot be used, what is in use. */
    private List<Pem.Entry> newest(String name, List<Pem.Entry> inUse) throws IOException {
        String text = store.read(name);
        if (text == null || text.equals(Pem.write(inUse))) {
            return inUse;
        }
        String problem;
        try {
            List<Pem.Entry> entries = Pem.read(text);
            problem = problem(entries);
            if (problem == null) {
                return entries;
            }
        } catch (GeneralSecurityException unreadable) {
            problem = String.valueOf(unreadable.getMessage());
        }
        LOG.warnf("certificates: %s was changed to what cannot be used, and is put back: %s", name, problem);
        return inUse;
    }

    private void keep(String name, String text) throws IOException {
        if (!text.equals(store.read(name))) {
            store.write(name, text);
        }
    }

    /** When the server's certificate expires. */
    public Instant serverNotAfter() {
        return expiry().server();
    }

    /** When the CA that signs now expires. */
    public Instant caNotAfter() {
        return expiry().ca();
    }

    /** Until when what is in use now can be used. */
    public CertificateExpiry expiry() {
        State now = state;
        return new CertificateExpiry(
                now.server().chain().getFirst().getNotAfter().toInstant(), notAfter(now.signer()));
    }

    /** Whether the server's certificate or the newest CA is past two thirds of its life, so that {@link #tick} renews it. */
    boolean isRenewalDue() {
        State now = state;
        Instant at = clock.instant();
        Pem.Entry server =
                new Pem.Entry(now.server().chain().getFirst(), now.server().key());
        return isOld(server, at) || isOld(now.authorities().getLast(), at);
    }

    private State bring(List<Pem.Entry> oldAuthorities, List<Pem.Entry> oldServer, boolean another) throws IOException {
        Instant now = clock.instant();
        List<Pem.Entry> authorities = usable(oldAuthorities, now);
        if (another || authorities.isEmpty() || isOld(authorities.getLast(), now)) {
            Pem.Entry made = CertificateMaker.authority(now, policy.caLife());
            authorities.add(made);
            LOG.infof("certificates: new CA, trusted from now, expires %s", notAfter(made));
        }
        Pem.Entry signer = signer(authorities, now);
        keep(AUTHORITIES, Pem.write(authorities));
        keep(TRUST_BUNDLE, bundle(authorities));
        Pem.Entry server = oldServer.isEmpty() ? null : oldServer.getFirst();
        PrivateKey key = server == null ? null : server.key();
        if (server == null || key == null || !serves(server, signer, now)) {
            PrivateKey signing = signer.key();
            if (signing == null) {
                throw new IllegalStateException("the signing CA has no key");
            }
            server = CertificateMaker.server(
                    signer.certificate(), signing, policy.serverNames(), now, policy.serverLife());
            key = server.key();
            LOG.infof("certificates: new server certificate, expires %s", notAfter(server));
        }
        if (key == null) {
            throw new IllegalStateException("the server certificate has no key");
        }
        keep(SERVER, Pem.write(List.of(server)));
        return new State(
                List.copyOf(authorities),
                signer,
                new ServerIdentity(key, List.of(server.certificate(), signer.certificate())));
    }

    /** Those that have not expired. Only with its key can a CA sign; keys are kept until the CA goes. */
    private static List<Pem.Entry> usable(List<Pem.Entry> authorities, Instant now) {
        List<Pem.Entry> usable = new ArrayList<>();
        for (Pem.Entry authority : authorities) {
            if (now.isBefore(notAfter(authority))) {
                usable.add(authority);
            } else {
                LOG.infof("certificates: a CA expired on %s and is no longer trusted", notAfter(authority));
            }
        }
        return usable;
    }

    /** The newest that proxies have had the overlap to learn of; where there is none, the oldest. */
    private Pem.Entry signer(List<Pem.Entry> authorities, Instant now) {
        for (Pem.Entry authority : authorities.reversed()) {
            if (!now.isBefore(madeAt(authority).plus(policy.overlap()))) {
                return authority;
            }
        }
        return authorities.getFirst();
    }

    private boolean serves(Pem.Entry server, Pem.Entry signer, Instant now) {
        if (isOld(server, now) || !names(server.certificate()).equals(Set.copyOf(canonicalNames()))) {
            return false;
        }
        try {
            server.certificate().verify(signer.certificate().getPublicKey());
            return true;
        } catch (GeneralSecurityException signedByAnother) {
            return false;
        }
    }

    /** Past two thirds of its life. */
    private static boolean isOld(Pem.Entry entry, Instant now) {
        Duration life = Duration.between(madeAt(entry), notAfter(entry));
        return !now.isBefore(madeAt(entry).plus(life.multipliedBy(2).dividedBy(3)));
    }

    private static Instant madeAt(Pem.Entry entry) {
        return entry.certificate().getNotBefore().toInstant().plus(CertificateMaker.BACKDATED);
    }

    private static Instant notAfter(Pem.Entry entry) {
        return entry.certificate().getNotAfter().toInstant();
    }

    private static String bundle(List<Pem.Entry> authorities) {
        return Pem.write(authorities.stream()
                .map(authority -> new Pem.Entry(authority.certificate(), null))
                .toList());
    }

    private List<String> canonicalNames() {
        return policy.serverNames().stream()
                .map(CertificateAuthority::canonical)
                .toList();
    }

    private static Set<String> names(X509Certificate certificate) {
        try {
            var names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? Set.of()
                    : names.stream()
                            .map(name -> canonical(String.valueOf(name.get(1))))
                            .collect(Collectors.toSet());
        } catch (GeneralSecurityException unreadable) {
            return Set.of();
        }
    }

    /** IPv6 literals have many spellings; certificates print the long one. */
    private static String canonical(String name) {
        return name.indexOf(':') < 0
                ? name.toLowerCase(java.util.Locale.ROOT)
                : java.net.InetAddress.ofLiteral(name).getHostAddress();
    }

    /** What the store holds under {@code name}; nothing where that cannot be used. */
    private List<Pem.Entry> stored(String name) throws IOException {
        String text = store.read(name);
        if (text == null) {
            return List.of();
        }
        String problem;
        try {
            List<Pem.Entry> entries = Pem.read(text);
            problem = problem(entries);
            if (problem == null) {
                return entries;
            }
        } catch (GeneralSecurityException unreadable) {
            problem = String.valueOf(unreadable.getMessage());
        }
        LOG.warnf(
                "certificates: %s cannot be used, new ones are made and it is kept as %s: %s",
                name, store.setAside(name), problem);
        return List.of();
    }

    private static @Nullable String problem(List<Pem.Entry> entries) {
        for (Pem.Entry entry : entries) {
            PrivateKey key = entry.key();
            if (key == null) {
                return "a certificate is without its key (expected: each followed by its key)";
            }
            if (!KeyPairs.match(entry.certificate().getPublicKey(), key)) {
                return "a key belongs to another certificate (expected: that of the certificate before it)";
            }
        }
        return null;
    }
}
