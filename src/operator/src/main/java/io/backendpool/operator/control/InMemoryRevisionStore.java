package io.backendpool.operator.control;

import io.backendpool.control.Revision;
import io.backendpool.pool.PoolId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** For operators whose proxies bring the numbers back with their Hello, and for tests. Forgets with the process. */
public final class InMemoryRevisionStore implements RevisionStore {
    private final Map<PoolId, Revision> last = new ConcurrentHashMap<>();

    @Override
    public @Nullable Revision last(PoolId pool) {
        return last.get(pool);
    }

    @Override
    public void save(PoolId pool, Revision revision) {
        last.put(pool, revision);
    }
}
