package io.backendpool.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Replaces small files as a whole: a reader, and whoever comes after a crash, finds the old content or the new, never a part.
 * What is written meanwhile is in {@code .NAME.next} beside the file. Any thread; one writer per file.
 */
public final class AtomicFile {
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<StandardOpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private AtomicFile() {}

    /**
     * Writes what others may read, as the process's umask has it, and what may be lost when the machine fails.
     *
     * @throws IOException nothing was changed
     */
    public static void write(Path file, String text) throws IOException {
        replace(file, text.getBytes(StandardCharsets.UTF_8), false);
    }

    /**
     * Writes what only the file's owner may read, and what may be lost when the machine fails.
     *
     * @throws IOException nothing was changed
     */
    public static void writePrivate(Path file, String text) throws IOException {
        replace(file, text.getBytes(StandardCharsets.UTF_8), false, OWNER_ONLY);
    }

    /**
     * Writes what only the file's owner may read, and has the content on the disk before the old one is given up.
     *
     * @throws IOException nothing was changed
     */
    public static void writePrivateAndSync(Path file, byte[] content) throws IOException {
        replace(file, content, true, OWNER_ONLY);
    }

    private static void replace(Path file, byte[] content, boolean sync, FileAttribute<?>... mode) throws IOException {
        Path next = file.resolveSibling("." + file.getFileName() + ".next");
        // What a crash left has its own mode, and may be a link to elsewhere.
        Files.deleteIfExists(next);
        try {
            try (FileChannel channel = FileChannel.open(next, NEW, mode)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                if (sync) {
                    // Before the rename, else a crash may leave the new name on an empty file.
                    channel.force(true);
                }
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            try {
                Files.deleteIfExists(next);
            } catch (IOException alsoFailed) {
                failed.addSuppressed(alsoFailed);
            }
            throw failed;
        }
    }
}
