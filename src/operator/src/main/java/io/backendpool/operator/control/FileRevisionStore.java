package io.backendpool.operator.control;

import io.backendpool.control.AtomicFile;
import io.backendpool.control.Revision;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One small text file per pool, {@code NAMESPACE_NAME.revision}, holding {@code NUMBER DIGEST}. Replaced atomically. A file
 * that cannot be read counts as absent, and is said: the proxies' Hello brings the number back.
 */
public final class FileRevisionStore implements RevisionStore {
    private static final Logger LOG = Logger.getLogger(FileRevisionStore.class);

    private final Path directory;

    /**
     * Keeps the files in {@code directory}, which is made where it is absent.
     *
     * @throws IOException the directory can be neither found nor made
     */
    public FileRevisionStore(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    @Override
    public @Nullable Revision last(PoolId pool) {
        Path file = file(pool);
        try {
            String[] words = Files.readString(file).strip().split(" ", -1);
            if (words.length != 2) {
                throw new IllegalArgumentException(words.length + " words (expected: NUMBER DIGEST)");
            }
            return new Revision(Long.parseLong(words[0]), words[1]);
        } catch (NoSuchFileException absent) {
            return null;
        } catch (IOException | IllegalArgumentException unreadable) {
            LOG.warnf(
                    "pool=%s revision file %s cannot be used, revisions go on from what the proxies report: %s",
                    pool, file, unreadable.getMessage());
            return null;
        }
    }

    @Override
    public void save(PoolId pool, Revision revision) throws IOException {
        // No fsync: after a power failure the Hello of any proxy that saw a higher number restores it.
        AtomicFile.write(file(pool), revision.number() + " " + revision.digest() + "\n");
    }

    /** Kubernetes names hold no '_', so two pools never share a file. */
    private Path file(PoolId pool) {
        return directory.resolve(pool.namespace() + "_" + pool.name() + ".revision");
    }
}
