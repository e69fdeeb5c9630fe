package io.backendpool.operator.certificates;

import io.backendpool.control.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** A directory of files that only their owner can read (0600 in 0700), each replaced atomically. */
public final class DirectoryCertificateStore implements CertificateStore {
    private final Path directory;

    /**
     * Keeps the files in {@code directory}, which is made where it is absent.
     *
     * @throws IOException the directory can be neither found nor made
     */
    public DirectoryCertificateStore(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Path parent = directory.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        this.directory = directory;
    }

    /** The file from which proxies on this host read whom to trust; follows every rotation. */
    public Path trustBundle() {
        return directory.resolve(CertificateAuthority.TRUST_BUNDLE);
    }

    @Override
    public @Nullable String read(String name) throws IOException {
        try {
            return Files.readString(directory.resolve(name));
        } catch (NoSuchFileException absent) {
            return null;
        }
    }

    @Override
    public void write(String name, String text) throws IOException {
        AtomicFile.writePrivateAndSync(directory.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String setAside(String name) throws IOException {
        // One name, replaced: a broken store must not fill the disk.
        Path aside = directory.resolve(name + ".broken");
        Files.move(directory.resolve(name), aside, StandardCopyOption.REPLACE_EXISTING);
        return aside.toString();
    }
}
