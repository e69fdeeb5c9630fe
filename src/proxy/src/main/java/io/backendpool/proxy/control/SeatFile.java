package io.backendpool.proxy.control;

import io.backendpool.control.InvalidSeatException;
import io.backendpool.control.Seat;
import io.backendpool.control.SeatCodec;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The seat that this proxy was dealt last, beside its last known good pool: a line {@code 3 of 10}. So a proxy that starts
 * anew without an operator takes the same part of the backends as before. A file of its own, for it is no part of the pool,
 * which a proxy may also get by a copy that all share. The control thread.
 */
final class SeatFile {
    static final String FILE_NAME = "seat";
    /** What {@link Seat#toString} writes is shorter. */
    private static final int MAX_LENGTH = 100;

    private static final Logger LOG = LoggerFactory.getLogger(ControlClient.class);

    private final PoolId pool;
    private final @Nullable Path file;

    SeatFile(PoolId pool, @Nullable Path stateDirectory) {
        this.pool = pool;
        this.file = stateDirectory == null ? null : stateDirectory.resolve(FILE_NAME);
    }

    /** Null: there is none that can be used. */
    @Nullable
    Seat read() {
        if (file == null) {
            return null;
        }
        try {
            return SeatCodec.parse(Files.size(file) > MAX_LENGTH ? "" : Files.readString(file));
        } catch (NoSuchFileException absent) {
            return null;
        } catch (IOException | InvalidSeatException unusable) {
            LOG.warn("pool={} seat file {} is not used: {}", pool, file, unusable.toString());
            return null;
        }
    }

    /** Keeps {@code seat} for the next start. A failure takes nothing from traffic. */
    void save(Seat seat) {
        if (file == null) {
            return;
        }
        try {
            LastKnownGoodFiles.makeDirectory(file);
            Path next = file.resolveSibling(FILE_NAME + ".next");
            Files.writeString(next, seat + "\n");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            LOG.warn("pool={} seat {} cannot be saved: {}", pool, seat, failed.toString());
        }
    }
}
