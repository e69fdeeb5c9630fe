package io.backendpool.operator.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A Lease as the election sees it, which says in one line what hinders it and says it once. The election itself would print
 * the same stack trace every second for as long as the API server is away; its own log is switched off.
 */
final class LeaderLock implements Lock {
    private static final Logger LOG = Logger.getLogger(LeaderLock.class);

    private final Lock lease;
    private volatile @Nullable String said;

    LeaderLock(Lock lease) {
        this.lease = lease;
    }

    private interface Call<T> {
        T run();
    }

    private <T> T told(String what, Call<T> call) {
        try {
            T answer = call.run();
            if (said != null) {
                said = null;
                LOG.infof("%s: the API server answers again", lease.describe());
            }
            return answer;
        } catch (KubernetesClientException failed) {
            // Another was faster: that is what an election is.
            String problem = ApiProblem.isConflict(failed) ? said : what + ": " + ApiProblem.of(failed);
            if (problem != null && !problem.equals(said)) {
                said = problem;
                LOG.warnf("%s cannot be %s; tried again", lease.describe(), problem);
            }
            throw failed;
        }
    }

    @Override
    public @Nullable LeaderElectionRecord get(KubernetesClient client) {
        return told("read", () -> lease.get(client));
    }

    @Override
    public void create(KubernetesClient client, LeaderElectionRecord leader) {
        told("created", () -> {
            lease.create(client, leader);
            return true;
        });
    }

    @Override
    public void update(KubernetesClient client, LeaderElectionRecord leader) {
        told("written", () -> {
            lease.update(client, leader);
            return true;
        });
    }

    @Override
    public String identity() {
        return lease.identity();
    }

    @Override
    public String describe() {
        return lease.describe();
    }
}
