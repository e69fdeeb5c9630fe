package io.backendpool.proxy;

import io.backendpool.control.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** {@code admin.port} in the state directory: where whoever started the process finds the admin port. */
final class AdminPortFile {
    private static final String NAME = "admin.port";

    private AdminPortFile() {}

    /** Writes {@code port}, replacing what an earlier process left; a reader never sees half of it. */
    static void write(@Nullable Path stateDirectory, int port) throws StartFailedException {
        if (stateDirectory == null) {
            return;
        }
        try {
            // The last known good pool is kept in it, too, and may hold private keys.
            Files.createDirectories(
                    stateDirectory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            AtomicFile.write(stateDirectory.resolve(NAME), port + "\n");
        } catch (IOException e) {
            throw new StartFailedException(
                    "--state-dir: " + stateDirectory + " (expected: a directory that can be written to): " + e);
        }
    }

    /** Removes it, for nobody listens there any more. */
    static void delete(@Nullable Path stateDirectory) {
        if (stateDirectory == null) {
            return;
        }
        try {
            Files.deleteIfExists(stateDirectory.resolve(NAME));
        } catch (IOException e) {
            // It only serves whoever looks for a live process; the next one overwrites it.
        }
    }
}
