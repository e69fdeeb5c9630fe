package io.backendpool.proxy.traffic;

import io.netty.util.internal.PlatformDependent;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Queue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line a request, written by a thread of its own. The event loops put records into a ring without a lock and without
 * waking anyone. Where the writer cannot follow, the newest records are dropped and counted: traffic never waits for its
 * log.
 */
public final class RingAccessLog implements AccessLog, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RingAccessLog.class);
    private static final int CAPACITY = 16_384;
    /** How often the writer looks for records where there was none. */
    private static final long PAUSE_NANOS = 10_000_000;

    private static final long CLOSE_MILLIS = 2_000;

    private final Queue<AccessRecord> ring = PlatformDependent.newFixedMpscQueue(CAPACITY);
    private final LongAdder dropped = new LongAdder();
    private final LongAdder written = new LongAdder();
    private final AccessLogFormat format;
    private final OutputStream target;
    private final Thread writer;
    private volatile boolean closing;

    /** Writes to {@code target}, which {@link #close} closes. */
    public RingAccessLog(AccessLogFormat format, OutputStream target) {
        this.format = format;
        this.target = target;
        this.writer = Thread.ofPlatform().daemon().name("access-log").start(this::run);
    }

    /** Appends to the file at {@code path}. */
    public static RingAccessLog toFile(AccessLogFormat format, Path path) throws IOException {
        return new RingAccessLog(
                format,
                new BufferedOutputStream(
                        Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND)));
    }

    @Override
    public void log(AccessRecord entry) {
        if (!ring.offer(entry)) {
            dropped.increment();
        }
    }

    /** Records that were not written, since the start. Any thread. */
    public long dropped() {
        return dropped.sum();
    }

    /** Records that were written, since the start. Any thread. */
    public long written() {
        return written.sum();
    }

    /** Writes what is waiting, for at most two seconds, and closes the target. */
    @Override
    public void close() {
        closing = true;
        try {
            writer.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        StringBuilder line = new StringBuilder(512);
        try (target) {
            while (true) {
                boolean last = closing;
                AccessRecord entry = ring.poll();
                if (entry != null) {
                    line.setLength(0);
                    format.write(entry, line);
                    target.write(line.append('\n').toString().getBytes(StandardCharsets.UTF_8));
                    written.increment();
                } else if (last) {
                    return;
                } else {
                    target.flush();
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        } catch (IOException e) {
            // Without a reader the ring fills up, and all that follows is counted as dropped.
            LOG.warn("access log: writing failed, no more is written: {}", e.getMessage());
        }
    }
}
