package io.backendpool.operator.standalone;

import io.backendpool.operator.validate.ManifestFiles;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

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
    private final DirectoryNotices notices = DirectoryNotices.open("files");
    private SortedMap<Path, FileStamp> last = new TreeMap<>();
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

    /** Will watch {@code roots}: files and the overrides beside them, and directories whose direct children ending in .yaml or .yml are manifests. */
    ManifestWatcher(List<Path> roots, Listener listener) {
        this.roots = List.copyOf(roots);
        this.listener = listener;
    }

    /** The first look on this thread, then on its own. */
    void start() {
        SortedMap<Path, FileStamp> seen = look();
        listener.changed(List.copyOf(seen.keySet()), true);
        last = seen;
        register();
        thread.start();
    }

    private void watch() {
        try {
            while (!closed) {
                if (notices.await(POLL)) {
                    long burstEnd = System.nanoTime() + LONGEST_BURST.toNanos();
                    while (System.nanoTime() < burstEnd && notices.await(QUIET)) {}
                }
                register();
                SortedMap<Path, FileStamp> now = look();
                if (!now.equals(last)) {
                    last = settle(now);
                }
            }
        } catch (InterruptedException | ClosedWatchServiceException end) {
            // close() ends the thread.
        }
    }

    /** Hands the files on; what looks half-written gets time to change once more. */
    private SortedMap<Path, FileStamp> settle(SortedMap<Path, FileStamp> changed) throws InterruptedException {
        SortedMap<Path, FileStamp> shown = changed;
        boolean settled = false;
        while (!listener.changed(List.copyOf(shown.keySet()), settled)) {
            notices.await(GRACE);
            SortedMap<Path, FileStamp> now = look();
            settled = now.equals(shown);
            shown = now;
        }
        return shown;
    }

    private void register() {
        for (Path root : roots) {
            Path directory =
                    Files.isDirectory(root) ? root : root.toAbsolutePath().getParent();
            if (directory != null) {
                notices.of(directory);
            }
        }
    }

    /** The manifests that there are now at {@code roots}. */
    static List<Path> manifests(List<Path> roots) {
        return List.copyOf(look(roots).keySet());
    }

    private SortedMap<Path, FileStamp> look() {
        return look(roots);
    }

    private static SortedMap<Path, FileStamp> look(List<Path> roots) {
        SortedMap<Path, FileStamp> found = new TreeMap<>();
        for (Path root : roots) {
            if (Files.isDirectory(root)) {
                try (Stream<Path> children = Files.list(root)) {
                    children.filter(ManifestWatcher::isManifest).forEach(child -> stamp(child, found));
                } catch (IOException unreadable) {
                    LOG.debugf("%s cannot be listed: %s", root, unreadable.getMessage());
                }
            } else {
                stamp(root, found);
                stamp(ManifestFiles.overridesBeside(root), found);
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

    private static void stamp(Path file, SortedMap<Path, FileStamp> found) {
        FileStamp stamp = FileStamp.of(file);
        if (stamp != null) {
            found.put(file, stamp);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        notices.close();
        try {
            thread.join(Duration.ofSeconds(1));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
