package io.backendpool.operator.cluster;

import io.backendpool.operator.certificates.CertificateAuthority;
import io.backendpool.operator.certificates.CertificateRenewal;
import java.io.IOException;
import org.jboss.logging.Logger;

/**
 * What is to be done about the certificates at each check on a cluster: what is old is renewed, and a CA that somebody asks
 * for by an annotation of the Secret is made. On the thread of the {@link CertificateRenewal}.
 */
final class CertificateUpkeep implements CertificateRenewal.Duty {
    private static final Logger LOG = Logger.getLogger(CertificateUpkeep.class);

    private final CertificateAuthority authority;
    private final SecretCertificateStore store;

    /** Of {@code authority}, whose store {@code store} is. */
    CertificateUpkeep(CertificateAuthority authority, SecretCertificateStore store) {
        this.authority = authority;
        this.store = store;
    }

    @Override
    public void run() throws IOException {
        authority.tick();
        String asked = store.rotationAskedFor();
        if (asked != null) {
            LOG.infof("certificates: a new CA was asked for, %s: %s", SecretCertificateStore.ROTATE, asked);
            authority.rotate();
            store.rotationGranted(asked);
        }
    }
}
