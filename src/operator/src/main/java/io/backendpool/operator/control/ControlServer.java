package io.backendpool.operator.control;

import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.operator.certificates.CertificateAuthority;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

@SuppressWarnings("DoNotCallSuggester") // the signatures come first
public final class ControlServer implements AutoCloseable {
    private ControlServer() {}

    public static ControlServer start(
            ControlServerConfig config,
            CertificateAuthority authority,
            TokenVerifier tokens,
            RevisionStore revisions,
            Clock clock)
            throws IOException {
        throw new UnsupportedOperationException();
    }

    public int port() {
        throw new UnsupportedOperationException();
    }

    public Revision publish(PoolSnapshot snapshot) {
        throw new UnsupportedOperationException();
    }

    public void withdraw(PoolId pool) {
        throw new UnsupportedOperationException();
    }

    public @Nullable PublishedPool published(PoolId pool) {
        throw new UnsupportedOperationException();
    }

    public @Nullable Instant publishedAt(PoolId pool) {
        throw new UnsupportedOperationException();
    }

    public List<ConnectedProxy> proxies(PoolId pool) {
        throw new UnsupportedOperationException();
    }

    public void onChange(Consumer<PoolId> listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
