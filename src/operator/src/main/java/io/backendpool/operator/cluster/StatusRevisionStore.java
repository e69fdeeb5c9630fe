package io.backendpool.operator.cluster;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.control.Revision;
import io.backendpool.operator.control.RevisionStore;
import io.backendpool.pool.PoolId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The status is where the number of a revision outlives the operator. It gets there a moment after the proxies have the
 * revision; where the operator dies in that moment, a proxy's Hello brings the number back.
 */
final class StatusRevisionStore implements RevisionStore {
    private final Function<PoolId, @Nullable BackendPool> resources;
    private final Map<PoolId, Revision> saved = new ConcurrentHashMap<>();

    /** Finds the newest version of a pool by {@code resources}. */
    StatusRevisionStore(Function<PoolId, @Nullable BackendPool> resources) {
        this.resources = resources;
    }

    @Override
    public @Nullable Revision last(PoolId pool) {
        Revision revision = saved.get(pool);
        BackendPool resource = revision == null ? resources.apply(pool) : null;
        BackendPoolStatus status = resource == null ? null : resource.getStatus();
        if (status == null || status.revision == null || status.digest == null) {
            return revision;
        }
        try {
            return new Revision(status.revision, status.digest);
        } catch (IllegalArgumentException writtenByOthers) {
            return null;
        }
    }

    @Override
    public void save(PoolId pool, Revision revision) {
        saved.put(pool, revision);
    }
}
