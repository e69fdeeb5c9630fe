package io.backendpool.operator.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.operator.pools.StatusSink;
import io.backendpool.pool.PoolId;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The status of each pool in the status file of its manifest. Confined to the keeper's thread. */
final class StatusFiles implements StatusSink {
    private final Function<PoolId, @Nullable Path> manifestOf;
    private final StatusDocuments documents;
    private final Map<Path, Map<PoolId, JsonNode>> written = new HashMap<>();

    /** {@code manifestOf} gives the file that a pool comes from; null: none now. */
    StatusFiles(Function<PoolId, @Nullable Path> manifestOf, StatusDocuments documents) {
        this.manifestOf = manifestOf;
        this.documents = documents;
    }

    @Override
    public void write(PoolId pool, BackendPoolStatus status) {
        Path manifest = manifestOf.apply(pool);
        if (manifest == null) {
            return;
        }
        written.forEach((file, statuses) -> {
            if (!file.equals(manifest) && statuses.remove(pool) != null) {
                replace(file, statuses);
            }
        });
        Map<PoolId, JsonNode> statuses = written.computeIfAbsent(manifest, file -> new TreeMap<>());
        statuses.put(pool, document(pool, status));
        replace(manifest, statuses);
    }

    /** What an operator before this one wrote; a file that cannot be read is one that is not there. */
    @Override
    public @Nullable BackendPoolStatus last(PoolId pool) {
        Path manifest = manifestOf.apply(pool);
        if (manifest == null) {
            return null;
        }
        for (BackendPool document : documents.of(manifest, BackendPool.class)) {
            if (document.getMetadata() != null
                    && pool.namespace().equals(document.getMetadata().getNamespace())
                    && pool.name().equals(document.getMetadata().getName())) {
                BackendPoolStatus status = document.getStatus();
                if (status != null) {
                    // It stays when another pool of this file is written.
                    written.computeIfAbsent(manifest, key -> new TreeMap<>()).put(pool, document(pool, status));
                }
                return status;
            }
        }
        return null;
    }

    @Override
    public void forget(PoolId pool) {
        written.forEach((manifest, statuses) -> {
            if (statuses.remove(pool) != null) {
                replace(manifest, statuses);
            }
        });
    }

    private void replace(Path manifest, Map<PoolId, JsonNode> statuses) {
        // What cannot be written now is written with the next change, within seconds.
        var unused = documents.replace(manifest, BackendPool.class, List.copyOf(statuses.values()));
    }

    private static JsonNode document(PoolId pool, BackendPoolStatus status) {
        return StatusDocuments.document(BackendPool.class, pool.namespace(), pool.name(), status);
    }
}
