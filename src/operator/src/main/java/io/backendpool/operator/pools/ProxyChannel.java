package io.backendpool.operator.pools;

import io.backendpool.control.PublishedPool;
import io.backendpool.operator.certificates.CertificateExpiry;
import io.backendpool.operator.control.ConnectedProxy;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The control channel, as far as the keeper needs it. Thread-safe. */
public interface ProxyChannel {
    /** Gives {@code snapshot} the next revision, unless it is what is published already, and sends it to the proxies. */
    PublishedPool publish(PoolSnapshot snapshot);

    /** Publishes the pool no more. */
    void withdraw(PoolId pool);

    /** What is published for {@code pool}; null: nothing yet. */
    @Nullable
    PublishedPool published(PoolId pool);

    /** The proxies of {@code pool} that have an open stream. */
    List<ConnectedProxy> proxies(PoolId pool);

    /** Until when the channel can prove itself to proxies. */
    CertificateExpiry certificates();

    /** {@code listener} is told of each pool whose proxies have said something new. It must not block. */
    void onChange(Consumer<PoolId> listener);
}
