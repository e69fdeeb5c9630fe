package io.backendpool.operator.standalone;

import io.backendpool.control.AtomicFile;
import io.backendpool.control.LastKnownGood;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What an operator remembers over its restarts, in a directory that only its owner can read:
 *
 * <pre>
 *   lock, pid                       one operator at a time
 *   manifests                       what it runs, a path a line
 *   control.port                    where running proxies dial
 *   certificates/, revisions/
 *   pools/NAMESPACE_NAME/           token, proxy.process, proxy.log, state/ (the proxy's own)
 * </pre>
 */
public final class StateDirectory implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StateDirectory.class);

    private static final String MANIFESTS = "manifests";

    private final Path root;
    private final FileChannel lockFile;

    private StateDirectory(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
    }

    /**
     * Makes the directory where it is absent, and locks it until {@link #close} or the end of the process.
     *
     * @throws IOException it cannot be made or written, or another operator holds it; the message is for people
     */
    public static StateDirectory open(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            makePrivate(root.toAbsolutePath());
        }
        FileChannel channel = FileChannel.open(
                root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (!locks(channel)) {
            channel.close();
            throw new IOException(("state directory %s: in use by process %s (expected: one operator for each; stop"
                            + " that one, or choose another directory with --state-dir)")
                    .formatted(root, holder(root)));
        }
        Files.writeString(root.resolve("pid"), ProcessHandle.current().pid() + "\n");
        return new StateDirectory(root, channel);
    }

    private static boolean locks(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    private static String holder(Path root) {
        try {
            return Files.readString(root.resolve("pid")).strip();
        } catch (IOException unknown) {
            return "(unknown)";
        }
    }

    /**
     * Where state is kept when the user names no place: one directory for each set of manifests, so that the same command
     * finds its proxies again.
     */
    public static Path defaultFor(List<Path> manifests, Map<String, String> environment) {
        String base = environment.getOrDefault("XDG_STATE_HOME", "");
        Path parent = base.isEmpty()
                ? Path.of(environment.getOrDefault("HOME", System.getProperty("java.io.tmpdir")), ".local", "state")
                : Path.of(base);
        StringBuilder paths = new StringBuilder();
        manifests.stream()
                .map(path -> path.toAbsolutePath().normalize().toString())
                .sorted()
                .forEach(path -> paths.append(path).append('\n'));
        return parent.resolve("backendpool").resolve(shortDigest(paths.toString()));
    }

    private static String shortDigest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    Path root() {
        return root;
    }

    Path certificates() {
        return root.resolve("certificates");
    }

    Path revisions() {
        return root.resolve("revisions");
    }

    Path controlPort() {
        return root.resolve("control.port");
    }

    /** Says for {@link #manifestsOf} what is run from here. */
    void remember(List<Path> manifests) throws IOException {
        StringBuilder lines = new StringBuilder();
        manifests.forEach(
                manifest -> lines.append(manifest.toAbsolutePath().normalize()).append('\n'));
        AtomicFile.writePrivate(root.resolve(MANIFESTS), lines.toString());
    }

    /**
     * The manifests of the operator that runs, or ran last, from {@code root}.
     *
     * @throws IOException none has; the message is for people
     */
    public static List<Path> manifestsOf(Path root) throws IOException {
        try {
            return Files.readAllLines(root.resolve(MANIFESTS)).stream()
                    .filter(line -> !line.isEmpty())
                    .map(Path::of)
                    .toList();
        } catch (IOException absent) {
            throw new IOException(
                    "state directory %s: no operator has run from it (expected: the one of `run --state-dir`)"
                            .formatted(root),
                    absent);
        }
    }

    /** The directory of {@code pool}, made where it is absent. */
    Path pool(PoolId pool) throws IOException {
        Path directory = root.resolve("pools").resolve(pool.namespace() + "_" + pool.name());
        makePrivate(directory);
        return directory;
    }

    /** The directories of all pools that were ever run from here. */
    Map<PoolId, Path> pools() throws IOException {
        Path parent = root.resolve("pools");
        Map<PoolId, Path> found = new TreeMap<>();
        if (!Files.isDirectory(parent)) {
            return found;
        }
        List<Path> directories = new ArrayList<>();
        try (Stream<Path> children = Files.list(parent)) {
            children.filter(Files::isDirectory).forEach(directories::add);
        }
        for (Path directory : directories) {
            // Kubernetes names hold no '_'.
            String[] names = String.valueOf(directory.getFileName()).split("_", 2);
            if (names.length == 2 && !names[0].isEmpty() && !names[1].isEmpty()) {
                found.put(new PoolId(names[0], names[1]), directory);
            }
        }
        return found;
    }

    /** What the proxy of {@code pool} applied last, by its own copy; null: it has none that can be used. */
    @Nullable
    PoolSnapshot lastPublished(PoolId pool) throws IOException {
        Path file = proxyState(pool(pool)).resolve(LastKnownGood.FILE_NAME);
        return switch (LastKnownGood.read(file, pool)) {
            case LastKnownGood.Found found -> found.pool().snapshot();
            case LastKnownGood.Absent() -> null;
            case LastKnownGood.Unusable(String reason) -> {
                LOG.warnf("pool=%s %s", pool, reason);
                yield null;
            }
        };
    }

    /** The pools of {@code namespace} that were ever run from here. */
    Set<PoolId> pools(String namespace) throws IOException {
        Set<PoolId> found = new TreeSet<>(pools().keySet());
        found.removeIf(pool -> !pool.namespace().equals(namespace));
        return found;
    }

    /** Where the proxy of the pool of {@code directory} keeps what it must not lose. */
    static Path proxyState(Path directory) {
        return directory.resolve("state");
    }

    static void makePrivate(Path directory) throws IOException {
        if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Another operator may take the directory now. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(root.resolve("pid"));
        lockFile.close();
    }
}
