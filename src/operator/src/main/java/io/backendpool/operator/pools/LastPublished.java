package io.backendpool.operator.pools;

import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What was published before this operator began: the copies that proxies start from when there is no operator. */
@FunctionalInterface
public interface LastPublished {
    /** Where nothing is kept. */
    LastPublished NONE = pool -> null;

    /**
     * The copy of {@code pool}; null: there is none. May block; any thread.
     *
     * @throws IOException it cannot be read now
     */
    @Nullable
    PoolSnapshot of(PoolId pool) throws IOException;
}
