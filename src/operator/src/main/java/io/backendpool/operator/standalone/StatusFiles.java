package io.backendpool.operator.standalone;

import com.fasterxml.jackson.databind.MappingIterator;
import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.operator.pools.StatusSink;
import io.backendpool.operator.validate.ManifestFiles;
import io.backendpool.pool.PoolId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The status of each manifest in a file beside it: {@code pool.yaml} has {@code pool.yaml.status.yaml}, with one document
 * for each pool. Replaced atomically, so a reader never sees half of one. Confined to the keeper's thread.
 */
final class StatusFiles implements StatusSink {
    private static final Logger LOG = Logger.getLogger(StatusFiles.class);

    private final Function<PoolId, @Nullable Path> manifestOf;
    private final Map<Path, Map<PoolId, BackendPoolStatus>> written = new HashMap<>();
    private final Set<Path> refused = new HashSet<>();

    /** {@code manifestOf} gives the file that a pool comes from; null: none now. */
    StatusFiles(Function<PoolId, @Nullable Path> manifestOf) {
        this.manifestOf = manifestOf;
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
        Map<PoolId, BackendPoolStatus> statuses = written.computeIfAbsent(manifest, file -> new TreeMap<>());
        statuses.put(pool, status);
        replace(manifest, statuses);
    }

    /** What an operator before this one wrote; a file that cannot be read is one that is not there. */
    @Override
    public @Nullable BackendPoolStatus last(PoolId pool) {
        Path manifest = manifestOf.apply(pool);
        if (manifest == null) {
            return null;
        }
        Path file = ManifestFiles.statusBeside(manifest);
        try (MappingIterator<BackendPool> documents =
                YamlFile.MAPPER.readerFor(BackendPool.class).readValues(Files.newInputStream(file))) {
            while (documents.hasNextValue()) {
                BackendPool document = documents.nextValue();
                if (document.getMetadata() != null
                        && pool.namespace().equals(document.getMetadata().getNamespace())
                        && pool.name().equals(document.getMetadata().getName())) {
                    BackendPoolStatus status = document.getStatus();
                    if (status != null) {
                        // It stays when another pool of this file is written.
                        written.computeIfAbsent(manifest, key -> new TreeMap<>())
                                .put(pool, status);
                    }
                    return status;
                }
            }
        } catch (NoSuchFileException firstTime) {
            return null;
        } catch (IOException | RuntimeException unreadable) {
            LOG.warnf("pool=%s %s cannot be read and is written anew: %s", pool, file, unreadable.getMessage());
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

    private void replace(Path manifest, Map<PoolId, BackendPoolStatus> statuses) {
        Path file = ManifestFiles.statusBeside(manifest);
        try {
            YamlFile.replace(
                    file,
                    statuses.entrySet().stream()
                            .map(entry -> document(entry.getKey(), entry.getValue()))
                            .toList());
            refused.remove(manifest);
        } catch (IOException cannotWrite) {
            if (refused.add(manifest)) {
                LOG.warnf(
                        "%s cannot be written (%s); the pool goes on without a status file",
                        file, cannotWrite.getClass().getSimpleName());
            }
        }
    }

    private static Map<String, Object> document(PoolId pool, BackendPoolStatus status) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("namespace", pool.namespace());
        metadata.put("name", pool.name());
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", HasMetadata.getApiVersion(BackendPool.class));
        document.put("kind", HasMetadata.getKind(BackendPool.class));
        document.put("metadata", metadata);
        document.put("status", status);
        return document;
    }
}
