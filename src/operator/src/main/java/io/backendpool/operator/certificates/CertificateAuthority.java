package io.backendpool.operator.certificates;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;

@SuppressWarnings("DoNotCallSuggester") // the signatures come first
public final class CertificateAuthority {
    static final String TRUST_BUNDLE = "trust.pem";

    private CertificateAuthority() {}

    public static CertificateAuthority open(CertificateStore store, CertificatePolicy policy, Clock clock)
            throws IOException {
        throw new UnsupportedOperationException();
    }

    public String trustBundle() {
        throw new UnsupportedOperationException();
    }

    public ServerIdentity server() {
        throw new UnsupportedOperationException();
    }

    public void tick() throws IOException {
        throw new UnsupportedOperationException();
    }

    public Instant serverNotAfter() {
        throw new UnsupportedOperationException();
    }

    public Instant caNotAfter() {
        throw new UnsupportedOperationException();
    }
}
