package io.backendpool.operator.standalone;

import io.backendpool.control.LastKnownGood;
import io.backendpool.control.PublishedPool;
import io.backendpool.operator.secrets.PastCertificates;
import io.backendpool.operator.translate.SecretId;
import io.backendpool.pool.Certificate;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Certificates that the proxies of this host were given by an earlier operator: their last known good pools hold them. */
final class ProxyCertificates implements PastCertificates {
    private static final Logger LOG = Logger.getLogger(ProxyCertificates.class);

    private final StateDirectory state;

    ProxyCertificates(StateDirectory state) {
        this.state = state;
    }

    @Override
    public @Nullable Map<String, byte[]> find(SecretId secret) {
        try {
            for (Map.Entry<PoolId, Path> pool : state.pools().entrySet()) {
                Path file = ProxyLaunch.stateOf(pool.getValue()).resolve("last-known-good");
                if (pool.getKey().namespace().equals(secret.namespace())
                        && LastKnownGood.read(file, pool.getKey())
                                instanceof LastKnownGood.Found(PublishedPool found)) {
                    for (Certificate certificate : found.snapshot().certificates()) {
                        if (certificate.name().equals(secret.name())) {
                            return PastCertificates.content(certificate);
                        }
                    }
                }
            }
        } catch (IOException unreadable) {
            LOG.debugf("no certificates of the past: %s", unreadable.getMessage());
        }
        return null;
    }
}
