package io.backendpool.proxy.traffic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One JSON object a line, written by a thread of its own. Where that thread cannot follow, records are dropped and
 * counted: traffic never waits for its log.
 */
public final class JsonAccessLog implements AccessLog, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JsonAccessLog.class);
    private static final int CAPACITY = 16_384;
    private static final int BATCH = 1024;

    private final BlockingQueue<AccessRecord> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final AtomicLong dropped = new AtomicLong();
    private final OutputStream target;
    private final Thread writer;
    private volatile boolean closing;

    /** Writes to {@code target}, which {@link #close} closes. */
    public JsonAccessLog(OutputStream target) {
        this.target = target;
        this.writer = Thread.ofPlatform().daemon().name("access-log").start(this::run);
    }

    /** Appends to the file at {@code path}. */
    public static JsonAccessLog toFile(Path path) throws IOException {
        return new JsonAccessLog(new BufferedOutputStream(
                Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND)));
    }

    @Override
    public void log(AccessRecord entry) {
        if (!queue.offer(entry)) {
            dropped.incrementAndGet();
        }
    }

    /** Records that were not written, since the start. Any thread. */
    public long dropped() {
        return dropped.get();
    }

    /** Writes what is waiting, for at most two seconds, and closes the target. */
    @Override
    public void close() {
        closing = true;
        try {
            writer.join(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<AccessRecord> batch = new ArrayList<>(BATCH);
        try (target;
                JsonGenerator json =
                        new JsonFactory().createGenerator(target).setPrettyPrinter(new MinimalPrettyPrinter("\n"))) {
            while (!closing || !queue.isEmpty()) {
                AccessRecord first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                batch.add(first);
                queue.drainTo(batch, BATCH - 1);
                for (AccessRecord entry : batch) {
                    write(json, entry);
                }
                json.writeRaw('\n');
                json.flush();
                batch.clear();
            }
        } catch (IOException e) {
            // Without a reader the queue fills up, and all that follows is counted as dropped.
            LOG.warn("access log: writing failed, no more is written: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(JsonGenerator json, AccessRecord entry) throws IOException {
        json.writeStartObject();
        json.writeStringField("time", Instant.ofEpochMilli(entry.startMillis()).toString());
        json.writeStringField("client", entry.client());
        json.writeStringField("method", entry.method());
        json.writeStringField("target", entry.target());
        json.writeStringField("requestId", entry.requestId());
        json.writeNumberField("status", entry.status());
        json.writeNumberField("bytesIn", entry.bytesIn());
        json.writeNumberField("bytesOut", entry.bytesOut());
        json.writeNumberField("durationMicros", entry.durationMicros());
        writeNullable(
                json, "group", entry.backend() == null ? null : entry.backend().group());
        writeNullable(
                json,
                "backend",
                entry.backend() == null ? null : entry.backend().address());
        json.writeNumberField("attempts", entry.attempts());
        json.writeStringField("outcome", entry.outcome().name().toLowerCase(Locale.ROOT));
        json.writeEndObject();
    }

    private static void writeNullable(JsonGenerator json, String field, @Nullable String value) throws IOException {
        if (value == null) {
            json.writeNullField(field);
        } else {
            json.writeStringField(field, value);
        }
    }
}
