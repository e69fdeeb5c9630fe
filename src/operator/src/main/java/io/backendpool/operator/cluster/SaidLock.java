package io.backendpool.operator.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A Lease that says in one sentence why it cannot be had: at once, and again each minute. The elector itself says it at
 * each try, with a page of stack. Any thread.
 */
final class SaidLock implements Lock {
    private static final Logger LOG = Logger.getLogger(Leadership.class);
    private static final Duration REPEAT = Duration.ofMinutes(1);

    private final Lock lock;
    private final String name;
    private final Clock clock;
    private @Nullable String said;
    private Instant saidAt = Instant.MIN;

    /** @param name NAMESPACE/NAME of the Lease */
    SaidLock(Lock lock, String name, Clock clock) {
        this.lock = lock;
        this.name = name;
        this.clock = clock;
    }

    @Override
    public @Nullable LeaderElectionRecord get(KubernetesClient client) {
        return said(() -> lock.get(client));
    }

    @Override
    public void create(KubernetesClient client, LeaderElectionRecord record) {
        said(() -> {
            lock.create(client, record);
            return record;
        });
    }

    @Override
    public void update(KubernetesClient client, LeaderElectionRecord record) {
        said(() -> {
            lock.update(client, record);
            return record;
        });
    }

    @Override
    public String identity() {
        return lock.identity();
    }

    @Override
    public String describe() {
        return lock.describe();
    }

    private @Nullable LeaderElectionRecord said(Supplier<@Nullable LeaderElectionRecord> call) {
        try {
            return call.get();
        } catch (KubernetesClientException failed) {
            // Another was faster: that is what an election is.
            if (!ApiProblem.isConflict(failed)) {
                say(ApiProblem.of(failed));
            }
            throw failed;
        }
    }

    private synchronized void say(String problem) {
        Instant now = clock.instant();
        if (!problem.equals(said) || now.isAfter(saidAt.plus(REPEAT))) {
            LOG.warnf("lease %s cannot be had, tried again: %s", name, problem);
            said = problem;
            saidAt = now;
        }
    }
}
