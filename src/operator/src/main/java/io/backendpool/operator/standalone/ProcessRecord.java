package io.backendpool.operator.standalone;

import io.backendpool.control.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which process a pool's proxy is, written down so that a restarted operator finds it. A pid alone would not do: pids are
 * used again, but not with the same start time.
 *
 * @param pid of the process
 * @param startedAt by the kernel's account
 * @param command how it was started
 */
record ProcessRecord(long pid, Instant startedAt, List<String> command) {
    /** The kernel counts from boot, and the moment of boot is corrected with the clock. */
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    ProcessRecord {
        command = List.copyOf(command);
    }

    static ProcessRecord of(ProcessHandle process, List<String> command) {
        return new ProcessRecord(process.pid(), process.info().startInstant().orElse(Instant.EPOCH), command);
    }

    /** The record in {@code file}, or null where there is none that can be read. */
    static @Nullable ProcessRecord read(Path file) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (NoSuchFileException none) {
            return null;
        }
        try {
            return new ProcessRecord(
                    Long.parseLong(lines.get(0)), Instant.parse(lines.get(1)), lines.subList(2, lines.size()));
        } catch (RuntimeException cutOrForeign) {
            return null;
        }
    }

    void write(Path file) throws IOException {
        AtomicFile.writePrivate(file, pid + "\n" + startedAt + "\n" + String.join("\n", command) + "\n");
    }

    /** The process, where it still runs and is the one that was written down. */
    Optional<ProcessHandle> alive() {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(process -> process.info()
                .startInstant()
                .map(start -> Duration.between(start, startedAt).abs().compareTo(TOLERANCE) <= 0)
                .orElse(false));
    }
}
