package io.backendpool.operator.standalone;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's notices of changes in directories. They are a hint: where there are none, to wait for one takes its time,
 * and whoever waits looks for itself. For one thread, but for {@link #close}.
 */
final class DirectoryNotices implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(DirectoryNotices.class);

    private final @Nullable WatchService service;
    private final Map<Path, WatchKey> keys = new HashMap<>();

    private DirectoryNotices(@Nullable WatchService service) {
        this.service = service;
    }

    /** Of no directory yet. {@code what} is looked at, for the log where the kernel sends no notice. */
    static DirectoryNotices open(String what) {
        try {
            return new DirectoryNotices(FileSystems.getDefault().newWatchService());
        } catch (IOException limit) {
            LOG.warnf("%s are looked at once a second, for the kernel sends no notice: %s", what, limit.getMessage());
            return new DirectoryNotices(null);
        }
    }

    /** From now on of {@code directory}, too, if it is there. Cheap to call again: directories may come, and come back. */
    void of(Path directory) {
        WatchKey key = keys.get(directory);
        if (service == null || !Files.isDirectory(directory) || (key != null && key.isValid())) {
            return;
        }
        try {
            keys.put(
                    directory,
                    directory.register(
                            service,
                            StandardWatchEventKinds.ENTRY_CREATE,
                            StandardWatchEventKinds.ENTRY_MODIFY,
                            StandardWatchEventKinds.ENTRY_DELETE));
        } catch (IOException limit) {
            LOG.debugf("%s is looked at once a second: %s", directory, limit.getMessage());
        }
    }

    /**
     * Waits for a notice; false: none came in that time.
     *
     * @throws java.nio.file.ClosedWatchServiceException it was closed
     */
    boolean await(Duration patience) throws InterruptedException {
        if (service == null) {
            TimeUnit.NANOSECONDS.sleep(patience.toNanos());
            return false;
        }
        WatchKey key = service.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        if (key == null) {
            return false;
        }
        key.pollEvents();
        key.reset();
        return true;
    }

    /** Ends every wait. Any thread. */
    @Override
    public void close() {
        if (service != null) {
            try {
                service.close();
            } catch (IOException nothingLeftToRelease) {
                LOG.debug(nothingLeftToRelease);
            }
        }
    }
}
