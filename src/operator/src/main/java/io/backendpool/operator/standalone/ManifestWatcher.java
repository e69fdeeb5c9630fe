package io.backendpool.operator.standalone;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sees changes of manifests: by the kernel's notice at once, and by a look every second where no notice comes (network
 * file systems, symbolic links swapped far away). An editor that truncates and writes, or writes beside and renames, makes
 * a burst: the files are read when they have been quiet for a moment. A thread of its own calls the listener.
 */
final class ManifestWatcher implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ManifestWatcher.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration QUIET = Duration.ofMillis(50);
    /** A file that is written without end is read all the same. */
    private static final Duration LONGEST_BURST = Duration.ofMillis(500);
    /** What looks half-written is looked at again after this time before it is called wrong. */
    private static final Duration GRACE = Duration.ofMillis(300);

    private final List<Path> roots;
    private final Listener listener;
    private final Thread thread = Thread.ofPlatform().daemon().name("manifests").unstarted(this::watch);
    private final Map<Path, WatchKey> keys = new HashMap<>();
    private @Nullable WatchService watchService;
    private SortedMap<Path, Stamp> last = new TreeMap<>();
    private volatile boolean closed;

    /** Gets the manifests whenever one of them has changed. */
    interface Listener {
        /**
         * The files have changed.
         *
         * @param files all manifests that there are now
         * @param settled whether they have not changed for a while; where not, the listener may ask for patience
         * @return false: it looks half-written; call again when settled
         */
        boolean changed(List<Path> files, boolean settled);
    }

    private record Stamp(
            FileTime modified, long size, @Nullable Object key) {}

    /** Will watch {@code roots}: files, and directories whose direct children ending in .yaml or .yml are manifests. */
    ManifestWatcher(List<Path> roots, Listener listener) {
        this.roots = List.copyOf(roots);
        this.listener = listener;
    }

    /** The first look on this thread, then on its own. */
    void start() {
        SortedMap<Path, Stamp> seen = look();
        listener.changed(List.copyOf(seen.keySet()), true);
        last = seen;
        try {
            watchService = FileSystems.getDefault().newWatchService();
            register();
        } catch (IOException limit) {
            LOG.warnf("files are looked at once a second, for the kernel sends no notice: %s", limit.getMessage());
        }
        thread.start();
    }

    private void watch() {
        try {
            while (!closed) {
                if (awaitNotice(POLL)) {
                    long burstEnd = System.nanoTime() + LONGEST_BURST.toNanos();
                    while (System.nanoTime() < burstEnd && awaitNotice(QUIET)) {}
                }
                register();
                SortedMap<Path, Stamp> now = look();
                if (!now.equals(last)) {
                    last = settle(now);
                }
            }
        } catch (InterruptedException | ClosedWatchServiceException end) {
            // close() ends the thread.
        }
    }

    /** Hands the files on; what looks half-written gets time to change once more. */
    private SortedMap<Path, Stamp> settle(SortedMap<Path, Stamp> changed) throws InterruptedException {
        SortedMap<Path, Stamp> shown = changed;
        boolean settled = false;
        while (!listener.changed(List.copyOf(shown.keySet()), settled)) {
            awaitNotice(GRACE);
            SortedMap<Path, Stamp> now = look();
            settled = now.equals(shown);
            shown = now;
        }
        return shown;
    }

    private boolean awaitNotice(Duration patience) throws InterruptedException {
        WatchService service = watchService;
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

    /** Directories may come, and come back. */
    private void register() {
        WatchService service = watchService;
        if (service == null) {
            return;
        }
        for (Path root : roots) {
            Path directory =
                    Files.isDirectory(root) ? root : root.toAbsolutePath().getParent();
            WatchKey key = keys.get(root);
            if (directory == null || !Files.isDirectory(directory) || (key != null && key.isValid())) {
                continue;
            }
            try {
                keys.put(
                        root,
                        directory.register(
                                service,
                                StandardWatchEventKinds.ENTRY_CREATE,
                                StandardWatchEventKinds.ENTRY_MODIFY,
                                StandardWatchEventKinds.ENTRY_DELETE));
            } catch (IOException limit) {
                LOG.debugf("%s is looked at once a second: %s", directory, limit.getMessage());
            }
        }
    }

    /** The manifests that there are now at {@code roots}. */
    static List<Path> manifests(List<Path> roots) {
        return List.copyOf(look(roots).keySet());
    }

    private SortedMap<Path, Stamp> look() {
        return look(roots);
    }

    private static SortedMap<Path, Stamp> look(List<Path> roots) {
        SortedMap<Path, Stamp> found = new TreeMap<>();
        for (Path root : roots) {
            if (Files.isDirectory(root)) {
                try (Stream<Path> children = Files.list(root)) {
                    children.filter(ManifestWatcher::isManifest).forEach(child -> stamp(child, found));
                } catch (IOException unreadable) {
                    LOG.debugf("%s cannot be listed: %s", root, unreadable.getMessage());
                }
            } else {
                stamp(root, found);
            }
        }
        return found;
    }

    /** In a directory. A file that is named on the command line is a manifest whatever its name. */
    private static boolean isManifest(Path file) {
        String name = String.valueOf(file.getFileName());
        return (name.endsWith(".yaml") || name.endsWith(".yml"))
                && !name.endsWith(StatusFiles.SUFFIX)
                && !name.startsWith(".")
                && !Files.isDirectory(file);
    }

    private static void stamp(Path file, SortedMap<Path, Stamp> found) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            found.put(file, new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey()));
        } catch (IOException gone) {
            // Not there now: the listener is told by its absence.
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            if (watchService != null) {
                watchService.close();
            }
            thread.join(Duration.ofSeconds(1));
        } catch (IOException nothingLeftToRelease) {
            LOG.debug(nothingLeftToRelease);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
