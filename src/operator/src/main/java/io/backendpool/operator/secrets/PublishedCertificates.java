package io.backendpool.operator.secrets;

import io.backendpool.operator.pools.LastPublished;
import io.backendpool.operator.translate.SecretId;
import io.backendpool.pool.Certificate;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Certificates that an earlier operator published: the copies of its pools hold them. Any thread. */
public final class PublishedCertificates implements PastCertificates {
    private static final Logger LOG = Logger.getLogger(PublishedCertificates.class);

    /** The pools that may have had a Secret. */
    @FunctionalInterface
    public interface Pools {
        /** Those of {@code namespace}. */
        Collection<PoolId> of(String namespace) throws IOException;
    }

    private final LastPublished copies;
    private final Pools pools;

    /** Looks into {@code copies} of {@code pools}. */
    public PublishedCertificates(LastPublished copies, Pools pools) {
        this.copies = copies;
        this.pools = pools;
    }

    @Override
    public @Nullable Map<String, byte[]> find(SecretId secret) {
        try {
            for (PoolId pool : pools.of(secret.namespace())) {
                PoolSnapshot copy = copies.of(pool);
                if (copy != null) {
                    for (Certificate certificate : copy.certificates()) {
                        if (certificate.name().equals(secret.name())) {
                            return PastCertificates.content(certificate);
                        }
                    }
                }
            }
        } catch (IOException notNow) {
            LOG.warnf("secret=%s what was published of it cannot be read: %s", secret, notNow.getMessage());
        }
        return null;
    }
}
