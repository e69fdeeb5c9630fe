package io.backendpool.operator.cluster;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes part in the election on a Lease, for as long as it is open: whoever holds the Lease has a term, and ends it before
 * another may begin one. Elections run on one thread, terms begin and end on another.
 */
final class Leadership implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Leadership.class);
    private static final long STOP_SECONDS = 5;

    /** Begins what a leader does. */
    interface Term {
        /**
         * Begins it.
         *
         * @return ends it again
         * @throws Exception it cannot begin now; tried again while the Lease is held
         */
        AutoCloseable begin() throws Exception;
    }

    private final KubernetesClient client;
    private final ClusterOptions options;
    private final Term term;
    private final ExecutorService elections = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("election-", 0).factory());
    private final ScheduledExecutorService terms = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("leader").factory());
    private volatile boolean leading;
    private volatile boolean closed;
    private volatile @Nullable String leader;
    private volatile @Nullable CompletableFuture<?> running;
    private @Nullable AutoCloseable current;

    /** Stands for election from now on. */
    Leadership(KubernetesClient client, ClusterOptions options, Term term) {
        this.client = client;
        this.options = options;
        this.term = term;
        stand();
    }

    boolean isLeading() {
        return leading;
    }

    /** Who leads, as far as is known; null: nothing is known yet. */
    @Nullable
    String leader() {
        return leader;
    }

    private void stand() {
        if (closed) {
            return;
        }
        LeaderLock lock = new LeaderLock(new LeaseLock(
                new ObjectMetaBuilder()
                        .withNamespace(options.namespace())
                        .withName(options.leaseName())
                        .build(),
                options.identity()));
        LeaderElector elector = new LeaderElector(
                client,
                new LeaderElectionConfigBuilder()
                        .withName("backendpool-operator")
                        .withLock(lock)
                        .withLeaseDuration(options.leaseTimes().lease())
                        .withRenewDeadline(options.leaseTimes().renew())
                        .withRetryPeriod(options.leaseTimes().retry())
                        .withReleaseOnCancel(true)
                        .withLeaderCallbacks(new LeaderCallbacks(this::won, this::lost, this::follow))
                        .build(),
                elections);
        CompletableFuture<?> election = elector.start();
        running = election;
        if (closed) {
            election.cancel(true);
        }
        // An election ends with its leader: it is stood for again.
        var unused = election.whenComplete((done, failed) -> {
            lost();
            later(this::stand, options.leaseTimes().retry().toMillis());
        });
    }

    private void follow(String identity) {
        if (identity.equals(leader)) {
            return;
        }
        leader = identity;
        if (identity.isEmpty()) {
            LOG.info("the leader has given the lease back");
        } else {
            LOG.infof("leader is %s%s", identity, identity.equals(options.identity()) ? " (this one)" : "");
        }
    }

    private void won() {
        leading = true;
        later(this::begin, 0);
    }

    private void begin() {
        if (!leading || closed || current != null) {
            return;
        }
        try {
            current = term.begin();
        } catch (Exception notNow) {
            LOG.errorf(
                    "cannot lead, tried again in %d s: %s",
                    options.leaseTimes().retry().toSeconds(), ApiProblem.of(notNow));
            later(this::begin, options.leaseTimes().retry().toMillis());
        }
    }

    private void lost() {
        if (leading) {
            leading = false;
            LOG.warnf("the lease %s is lost: another may lead", options.leaseName());
            later(this::end, 0);
        }
    }

    private void end() {
        AutoCloseable ended = current;
        current = null;
        if (ended != null) {
            try {
                ended.close();
            } catch (Exception oneOfMany) {
                LOG.warnf("while stepping down: %s", oneOfMany.getMessage());
            }
        }
    }

    /** An error here would be the silent end of all leading: it ends the process's part loudly, and a standby's goes on. */
    private static void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error defect) {
            LOG.error("internal error while the leadership changes", defect);
            throw defect;
        }
    }

    private void later(Runnable step, long millis) {
        try {
            var unused = terms.schedule(() -> guarded(step), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("the election is over");
        }
    }

    /** Ends the term first and gives the Lease back then, so that two never lead. */
    @Override
    public void close() {
        closed = true;
        leading = false;
        later(this::end, 0);
        terms.shutdown();
        try {
            if (!terms.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                terms.shutdownNow();
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        CompletableFuture<?> election = running;
        if (election != null) {
            election.cancel(true);
        }
        elections.shutdown();
        try {
            // The Lease is given back on one of these threads.
            if (!elections.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                elections.shutdownNow();
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
