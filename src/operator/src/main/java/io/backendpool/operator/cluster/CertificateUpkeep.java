package io.backendpool.operator.cluster;

import io.backendpool.operator.certificates.CertificateAuthority;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Has the certificates looked after for as long as it is open, on a thread of its own: what is due is renewed, a CA that
 * somebody asks for is made, and whoever must learn of a new CA is told until it has worked.
 */
final class CertificateUpkeep implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(CertificateUpkeep.class);
    private static final Duration USUAL = Duration.ofSeconds(60);

    private final CertificateAuthority authority;
    private final SecretCertificateStore store;
    private final Listener listener;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("certificates").factory());
    /** What proxies were last told to trust. */
    private String told;

    /** Hears of it. On the thread of the upkeep. */
    interface Listener {
        /** Proxies are to trust another bundle, before the new CA of it signs. */
        void bundleChanged();

        /** Nothing could be renewed; it is tried again. */
        void notRenewed(Exception cause);
    }

    CertificateUpkeep(CertificateAuthority authority, SecretCertificateStore store, Listener listener) {
        this.authority = authority;
        this.store = store;
        this.listener = listener;
        this.told = authority.trustBundle();
    }

    /** Looks after them from now on, some times in each {@code overlap} at least. */
    static CertificateUpkeep start(
            CertificateAuthority authority, SecretCertificateStore store, Duration overlap, Listener listener) {
        CertificateUpkeep upkeep = new CertificateUpkeep(authority, store, listener);
        long millis = period(overlap).toMillis();
        var unused = upkeep.thread.scheduleWithFixedDelay(upkeep::look, millis, millis, TimeUnit.MILLISECONDS);
        return upkeep;
    }

    private static Duration period(Duration overlap) {
        Duration part = overlap.dividedBy(4);
        return part.compareTo(USUAL) > 0 ? USUAL : part;
    }

    /** One look. Never throws: a periodic task that throws is never run again. */
    void look() {
        try {
            renew();
        } catch (IOException | RuntimeException notNow) {
            LOG.errorf("certificates are not renewed, tried again: %s", notNow.getMessage());
            guarded(() -> listener.notRenewed(notNow));
        }
        String bundle = authority.trustBundle();
        if (!bundle.equals(told) && guarded(listener::bundleChanged)) {
            told = bundle;
        }
    }

    private void renew() throws IOException {
        authority.tick();
        String asked = store.rotationAskedFor();
        if (asked != null) {
            LOG.infof("certificates: a new CA was asked for, %s: %s", SecretCertificateStore.ROTATE, asked);
            authority.rotate();
            store.rotationGranted(asked);
        }
    }

    private static boolean guarded(Runnable step) {
        try {
            step.run();
            return true;
        } catch (RuntimeException failed) {
            LOG.errorf("while the pools are told of certificates: %s", ApiProblem.of(failed));
            return false;
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
