package io.backendpool.operator.cluster;

import io.backendpool.control.LastKnownGood;
import io.backendpool.operator.pools.LastPublished;
import io.backendpool.operator.resources.BootstrapSecret;
import io.backendpool.operator.resources.ProxyNames;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The last known good pools that bootstrap Secrets hold: at most some seconds older than what was published. Any thread. */
final class BootstrapCopies implements LastPublished {
    private static final Logger LOG = Logger.getLogger(BootstrapCopies.class);

    private final KubernetesClient client;

    BootstrapCopies(KubernetesClient client) {
        this.client = client;
    }

    @Override
    public @Nullable PoolSnapshot of(PoolId pool) throws IOException {
        LastKnownGood.Read copy;
        try {
            copy = BootstrapSecret.lastKnownGood(
                    client.secrets()
                            .inNamespace(pool.namespace())
                            .withName(ProxyNames.bootstrapOf(pool.name()))
                            .get(),
                    pool);
        } catch (KubernetesClientException failed) {
            throw new IOException(ApiProblem.of(failed), failed);
        }
        return switch (copy) {
            case LastKnownGood.Found found -> found.pool().snapshot();
            case LastKnownGood.Absent() -> null;
            case LastKnownGood.Unusable(String reason) -> {
                LOG.warnf("pool=%s %s", pool, reason);
                yield null;
            }
        };
    }
}
