package io.backendpool.operator.certificates;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Has a {@link CertificateAuthority} do what is due, again and again, and tells what came of it. Renewal begins at two
 * thirds of a life, so when it does not work a third is left to mend it: ten days of a server certificate of thirty. A
 * thread of its own, which nothing that fails ends.
 */
public final class CertificateRenewal implements AutoCloseable {
    /** A store that is away for a moment is no news. */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    /** Events are forgotten after an hour. */
    static final Duration REPEAT = Duration.ofMinutes(30);

    private static final Logger LOG = Logger.getLogger(CertificateRenewal.class);

    private final CertificateAuthority authority;
    private final Duty duty;
    private final Listener listener;
    private final Clock clock;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("certificates").factory());
    private String bundle;
    private CertificateExpiry expiry;
    private @Nullable Instant failingSince;
    private @Nullable Instant told;

    /** What is to be done at each check: {@link CertificateAuthority#tick} at least. */
    public interface Duty {
        /**
         * Does it.
         *
         * @throws IOException the store cannot be read or written; it is tried again
         */
        void run() throws IOException;
    }

    /** Told on the thread of the renewal. What it throws is logged. */
    public interface Listener {
        /**
         * Whom proxies are to trust is another bundle now; they should have it before the new CA signs. Told again until it
         * returns.
         */
        void trustChanged();

        /** What is in use expires at another time now. */
        void renewed(CertificateExpiry expiry);

        /**
         * Renewal is due and has not worked for {@link #PATIENCE}; again every {@link #REPEAT} until it does.
         *
         * @param cause one clause, for people
         */
        void notRenewed(CertificateExpiry expiry, String cause);
    }

    /** Does nothing before {@link #start}. */
    CertificateRenewal(CertificateAuthority authority, Duty duty, Listener listener, Clock clock) {
        this.authority = authority;
        this.duty = duty;
        this.listener = listener;
        this.clock = clock;
        this.bundle = authority.trustBundle();
        this.expiry = authority.expiry();
    }

    /** Checks every {@code pause} until {@link #close}. */
    public static CertificateRenewal start(
            CertificateAuthority authority, Duty duty, Listener listener, Duration pause, Clock clock) {
        CertificateRenewal renewal = new CertificateRenewal(authority, duty, listener, clock);
        var unused = renewal.thread.scheduleWithFixedDelay(
                renewal::check, pause.toNanos(), pause.toNanos(), TimeUnit.NANOSECONDS);
        return renewal;
    }

    /** One check. Throws nothing: what a scheduled step throws is its last. */
    void check() {
        try {
            duty.run();
            succeeded();
        } catch (IOException | RuntimeException notNow) {
            failed(notNow.getMessage() == null ? notNow.getClass().getSimpleName() : notNow.getMessage());
        }
        String trusted = authority.trustBundle();
        if (!bundle.equals(trusted) && guarded(listener::trustChanged)) {
            bundle = trusted;
        }
        CertificateExpiry now = authority.expiry();
        if (!expiry.equals(now)) {
            expiry = now;
            var unused = guarded(() -> listener.renewed(now));
        }
    }

    private void succeeded() {
        if (failingSince != null) {
            LOG.infof("certificates: kept again; they could not be read or written since %s", failingSince);
        }
        failingSince = null;
        told = null;
    }

    private void failed(String cause) {
        Instant now = clock.instant();
        Instant since = failingSince;
        if (since == null) {
            failingSince = now;
            LOG.warnf("certificates: cannot be read or written, tried again: %s", cause);
            return;
        }
        boolean soon = now.isBefore(since.plus(PATIENCE)) || (told != null && now.isBefore(told.plus(REPEAT)));
        if (soon || !authority.isRenewalDue()) {
            return;
        }
        told = now;
        CertificateExpiry left = authority.expiry();
        LOG.errorf(
                "certificates: not renewed, the server's expires at %s, the CA at %s: %s",
                left.server(), left.ca(), cause);
        var unused = guarded(() -> listener.notRenewed(left, cause));
    }

    private static boolean guarded(Runnable step) {
        try {
            step.run();
            return true;
        } catch (RuntimeException defect) {
            LOG.error("internal error while a change of certificates is told", defect);
            return false;
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
