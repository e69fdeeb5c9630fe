package io.backendpool.operator.cluster;

import io.backendpool.control.LastKnownGood;
import io.backendpool.control.PublishedPool;
import io.backendpool.operator.resources.BootstrapSecret;
import io.backendpool.operator.resources.ProxyNames;
import io.backendpool.operator.secrets.PastCertificates;
import io.backendpool.operator.translate.SecretId;
import io.backendpool.pool.Certificate;
import io.backendpool.pool.PoolId;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Certificates that an earlier operator published: the copies of its pools that new proxies start from hold them. */
final class BootstrapCertificates implements PastCertificates {
    private static final Logger LOG = Logger.getLogger(BootstrapCertificates.class);

    private final KubernetesClient client;
    private final Function<String, ? extends Collection<PoolId>> pools;

    /** {@code pools} are those of a namespace. */
    BootstrapCertificates(KubernetesClient client, Function<String, ? extends Collection<PoolId>> pools) {
        this.client = client;
        this.pools = pools;
    }

    @Override
    public @Nullable Map<String, byte[]> find(SecretId secret) {
        for (PoolId pool : pools.apply(secret.namespace())) {
            Certificate found = find(pool, secret.name());
            if (found != null) {
                return PastCertificates.content(found);
            }
        }
        return null;
    }

    private @Nullable Certificate find(PoolId pool, String name) {
        try {
            Secret bootstrap = client.secrets()
                    .inNamespace(pool.namespace())
                    .withName(ProxyNames.bootstrapOf(pool.name()))
                    .get();
            byte[] copy = bootstrap == null ? null : BootstrapSecret.lastKnownGood(bootstrap);
            if (copy != null && LastKnownGood.parse(copy, pool) instanceof LastKnownGood.Found(PublishedPool found)) {
                for (Certificate certificate : found.snapshot().certificates()) {
                    if (certificate.name().equals(name)) {
                        return certificate;
                    }
                }
            }
        } catch (KubernetesClientException unreadable) {
            LOG.debugf("pool=%s no certificates of the past: %s", pool, ApiProblem.of(unreadable));
        }
        return null;
    }
}
