package io.backendpool.operator.pools;

import io.backendpool.control.PublishedPool;
import io.backendpool.operator.certificates.CertificateExpiry;
import io.backendpool.operator.control.ConnectedProxy;
import io.backendpool.operator.control.ControlServer;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The channel that a {@link ControlServer} is. */
public final class ControlServerChannel implements ProxyChannel {
    private final ControlServer server;

    /** {@code server} stays its caller's to close. */
    public ControlServerChannel(ControlServer server) {
        this.server = server;
    }

    @Override
    public PublishedPool publish(PoolSnapshot snapshot) {
        return new PublishedPool(server.publish(snapshot), snapshot);
    }

    @Override
    public void withdraw(PoolId pool) {
        server.withdraw(pool);
    }

    @Override
    public @Nullable PublishedPool published(PoolId pool) {
        return server.published(pool);
    }

    @Override
    public List<ConnectedProxy> proxies(PoolId pool) {
        return server.proxies(pool);
    }

    @Override
    public CertificateExpiry certificates() {
        return server.certificates();
    }

    @Override
    public void onChange(Consumer<PoolId> listener) {
        server.onChange(listener);
    }
}
