package io.backendpool.operator.standalone;

import io.backendpool.operator.pools.Secrets;
import io.backendpool.operator.secrets.PastCertificates;
import io.backendpool.operator.secrets.SecretBook;
import io.backendpool.operator.translate.SecretId;
import io.backendpool.operator.translate.SecretState;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Secrets from files, as a mounted Secret looks: {@code DIR/NAME/tls.crt}, {@code tls.key}, {@code ca.crt}. A file that
 * changes is read at once, by the kernel's notice, and within a second where no notice comes. Two files that change one
 * after the other do not fit for a moment: what looks bad is read once more, a little later, before it is called so. A
 * thread of its own reads and calls the listener.
 */
final class SecretFiles implements Secrets, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(SecretFiles.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration QUIET = Duration.ofMillis(50);
    private static final Duration GRACE = Duration.ofMillis(300);
    private static final List<String> NAMES = List.of("tls.crt", "tls.key", "ca.crt");
    private static final Set<PosixFilePermission> OTHERS =
            Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

    private final List<Path> directories;
    private final SecretBook book;
    private final Thread thread = Thread.ofPlatform().daemon().name("secrets").unstarted(this::watch);
    private final Map<SecretId, Seen> seen = new HashMap<>();
    private final DirectoryNotices notices = DirectoryNotices.open("secrets");
    private volatile Consumer<SecretId> listener = secret -> {};
    private volatile Set<SecretId> followed = Set.of();
    private volatile boolean closed;

    /**
     * What was read last.
     *
     * @param stamps of the files that there were
     * @param settled whether it needs not be read again while the stamps stay
     */
    private record Seen(Map<Path, FileStamp> stamps, boolean settled) {}

    /**
     * Begins to watch; follows nothing yet.
     *
     * @param directories where the folders of Secrets are looked for, the first that has one counts
     */
    SecretFiles(List<Path> directories, Clock clock, PastCertificates past) {
        this.directories = List.copyOf(directories);
        this.book = new SecretBook(clock, past);
        thread.start();
    }

    @Override
    public void onChange(Consumer<SecretId> listener) {
        this.listener = listener;
    }

    @Override
    public void follow(Set<SecretId> wanted) {
        Set<SecretId> fresh = book.follow(wanted);
        followed = Set.copyOf(wanted);
        if (!fresh.isEmpty()) {
            thread.interrupt();
        }
    }

    @Override
    public SecretState state(SecretId secret) {
        return book.state(secret);
    }

    private void watch() {
        while (!closed) {
            boolean unsettled = false;
            seen.keySet().retainAll(followed);
            for (SecretId id : followed) {
                try {
                    unsettled |= !look(id);
                } catch (RuntimeException defect) {
                    LOG.errorf(defect, "secret=%s internal error; the last good one goes on", id.name());
                }
            }
            try {
                if (notices.await(unsettled ? GRACE : POLL)) {
                    while (notices.await(QUIET)) {}
                }
            } catch (InterruptedException news) {
                // follow() has something new, or close() ends it.
            } catch (ClosedWatchServiceException end) {
                return;
            }
        }
    }

    /** Reads {@code id} where it has changed; false: look again soon. */
    private boolean look(SecretId id) {
        Path folder = folder(id);
        // The folder above tells when this one comes.
        notices.of(folder);
        notices.of(folder.resolveSibling(".").normalize());
        Map<Path, FileStamp> stamps = stamps(folder);
        Seen last = seen.get(id);
        if (last != null && last.settled() && last.stamps().equals(stamps)) {
            return true;
        }
        boolean again = last != null && last.stamps().equals(stamps);
        if (stamps.isEmpty()) {
            // Some tools take the old files away before they write the new ones.
            boolean settled = last == null || again;
            if (settled) {
                tell(id, book.absent(id, "tls.crt and tls.key, or ca.crt, in " + folder));
            }
            seen.put(id, new Seen(stamps, settled));
            return settled;
        }
        Map<String, byte[]> content = new HashMap<>();
        try {
            for (Path file : stamps.keySet()) {
                content.put(String.valueOf(file.getFileName()), Files.readAllBytes(file));
            }
        } catch (NoSuchFileException | ClosedByInterruptException onceMore) {
            return false;
        } catch (IOException unreadable) {
            tell(id, book.unreadable(id, unreadable.getMessage() + " (expected: a file that can be read)"));
            seen.put(id, new Seen(stamps, false));
            return true;
        }
        boolean settled = last == null || again || SecretBook.isWhole(content);
        if (settled) {
            warnOfModes(folder, stamps);
            tell(id, book.present(id, content));
        }
        seen.put(id, new Seen(stamps, settled));
        return settled;
    }

    private void tell(SecretId id, boolean news) {
        if (news) {
            LOG.infof("secret=%s read", id.name());
            listener.accept(id);
        }
    }

    /** The folder that is there, else the one where it should be. */
    private Path folder(SecretId id) {
        for (Path directory : directories) {
            Path folder = directory.resolve(id.name());
            if (Files.isDirectory(folder)) {
                return folder;
            }
        }
        return directories.getFirst().resolve(id.name());
    }

    private static Map<Path, FileStamp> stamps(Path folder) {
        Map<Path, FileStamp> stamps = new HashMap<>();
        for (String name : NAMES) {
            Path file = folder.resolve(name);
            FileStamp stamp = FileStamp.of(file);
            if (stamp != null) {
                stamps.put(file, stamp);
            }
        }
        return stamps;
    }

    private static void warnOfModes(Path folder, Map<Path, FileStamp> stamps) {
        Path key = folder.resolve("tls.key");
        if (!stamps.containsKey(key)) {
            return;
        }
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(key);
            if (mode.stream().anyMatch(OTHERS::contains)) {
                LOG.warnf("%s can be read by others (expected: by its owner only; chmod 600)", key);
            }
        } catch (IOException | UnsupportedOperationException unknown) {
            LOG.debugf("%s: its mode cannot be told", key);
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
