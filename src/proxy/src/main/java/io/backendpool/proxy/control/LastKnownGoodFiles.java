package io.backendpool.proxy.control;

import io.backendpool.control.LastKnownGood;
import io.backendpool.control.PublishedPool;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a proxy finds a pool without its operator: what it last applied itself, and what it was installed with. */
final class LastKnownGoodFiles {
    static final String FILE_NAME = LastKnownGood.FILE_NAME;
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final Logger LOG = LoggerFactory.getLogger(ControlClient.class);

    private final PoolId pool;
    private final @Nullable Path own;
    private final @Nullable Path bootstrap;
    private boolean saving = true;

    LastKnownGoodFiles(PoolId pool, @Nullable Path stateDirectory, @Nullable Path bootstrap) {
        this.pool = pool;
        this.own = stateDirectory == null ? null : stateDirectory.resolve(FILE_NAME);
        this.bootstrap = bootstrap;
    }

    /** The newer of the two; null: neither can be used. */
    @Nullable
    PublishedPool newest() {
        PublishedPool first = read(own);
        PublishedPool second = read(bootstrap);
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        return second.revision().number() > first.revision().number() ? second : first;
    }

    private @Nullable PublishedPool read(@Nullable Path file) {
        if (file == null) {
            return null;
        }
        return switch (LastKnownGood.read(file, pool)) {
            case LastKnownGood.Found(PublishedPool found) -> found;
            case LastKnownGood.Absent() -> null;
            case LastKnownGood.Unusable(String reason) -> {
                LOG.warn("pool={} last known good pool is not used: {}", pool, reason);
                yield null;
            }
        };
    }

    /** Makes the directory of {@code file}, which no other user may enter. */
    static void makeDirectory(Path file) throws IOException {
        Path directory = file.getParent();
        if (directory != null) {
            Files.createDirectories(directory, OWNER_ONLY);
        }
    }

    /** Keeps {@code applied} for the next start. A failure is said when it begins; it takes nothing from traffic. */
    void save(PublishedPool applied) {
        if (own == null) {
            return;
        }
        try {
            makeDirectory(own);
            LastKnownGood.write(own, applied);
            if (!saving) {
                LOG.info("pool={} last known good pool is saved again: {}", pool, own);
            }
            saving = true;
        } catch (IOException failed) {
            if (saving) {
                LOG.warn("pool={} last known good pool cannot be saved: {}", pool, failed.toString());
            }
            saving = false;
        }
    }
}
