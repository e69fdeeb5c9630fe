package io.backendpool.operator.standalone;

import io.backendpool.operator.logs.PoolLog;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One proxy process that is kept running until {@link #stop}: adopted where the one of an earlier operator still runs,
 * started otherwise, and started again with backoff whenever it ends. A thread of its own waits for it.
 */
final class SupervisedProxy {
    private static final Logger LOG = Logger.getLogger(SupervisedProxy.class);
    /** A proxy that has run this long after a crash is one that runs. */
    private static final Duration SETTLED = Duration.ofSeconds(10);

    private static final long LONGEST_LOG = 10L << 20;

    private final PoolId pool;
    private final Path directory;
    private final List<String> command;
    private final Backoff backoff;
    private final RandomGenerator random;
    private final Runnable onChange;
    private final CompletableFuture<Void> stopping = new CompletableFuture<>();
    private final Thread thread;
    private volatile @Nullable String problem;
    private volatile @Nullable ProcessHandle process;

    private SupervisedProxy(
            PoolId pool,
            Path directory,
            List<String> command,
            Backoff backoff,
            RandomGenerator random,
            Runnable onChange) {
        this.pool = pool;
        this.directory = directory;
        this.command = command;
        this.backoff = backoff;
        this.random = random;
        this.onChange = onChange;
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("proxy-" + pool.name())
                .unstarted(() -> PoolLog.about(pool, this::supervise));
    }

    /** Supervises from now on; {@code onChange} is run on its thread when {@link #problem} has changed. */
    static SupervisedProxy start(
            PoolId pool,
            Path directory,
            List<String> command,
            Backoff backoff,
            RandomGenerator random,
            Runnable onChange) {
        SupervisedProxy proxy = new SupervisedProxy(pool, directory, command, backoff, random, onChange);
        proxy.thread.start();
        return proxy;
    }

    /** The process of an earlier operator that still runs in {@code directory}. */
    static Optional<ProcessHandle> leftBehind(Path directory) throws IOException {
        ProcessRecord record = ProcessRecord.read(directory.resolve("proxy.process"));
        return record == null ? Optional.empty() : record.alive();
    }

    /** One sentence on why it does not run as it should; null: it does. */
    @Nullable
    String problem() {
        return problem;
    }

    /** The process; null while there is none. */
    @Nullable
    ProcessHandle process() {
        return process;
    }

    /** Lets the process end: SIGTERM now; whoever needs its end calls {@link #awaitEnd}. */
    void stop() {
        stopping.complete(null);
        ProcessHandle running = process;
        if (running != null) {
            running.destroy();
        }
    }

    /** Waits for the end after {@link #stop}; what still runs after {@code patience} is killed. */
    void awaitEnd(Duration patience) throws InterruptedException {
        thread.join(patience);
        ProcessHandle running = process;
        if (thread.isAlive() && running != null) {
            PoolLog.about(
                    pool,
                    () -> LOG.warnf(
                            "pool=%s proxy pid=%d has not ended in %d ms: killed",
                            pool, running.pid(), patience.toMillis()));
            running.destroyForcibly();
            thread.join(Duration.ofSeconds(2));
        }
    }

    private void supervise() {
        int crashes = 0;
        while (!stopping.isDone()) {
            long startedNanos = System.nanoTime();
            String failure;
            try {
                ProcessHandle running = adopt();
                failure = running != null ? watch(running, null) : run();
            } catch (IOException cannotStart) {
                failure = "cannot be started: " + cannotStart.getMessage();
            }
            process = null;
            if (stopping.isDone()) {
                return;
            }
            boolean ranLong =
                    System.nanoTime() - startedNanos > backoff.resetAfter().toNanos();
            crashes = ranLong ? 1 : crashes + 1;
            Duration wait = backoff.after(crashes, random);
            problem("proxy of pool %s %s; start %d follows".formatted(pool, failure, crashes + 1));
            LOG.warnf("pool=%s proxy %s; started again in %d ms", pool, failure, wait.toMillis());
            if (ended(stopping, wait)) {
                return;
            }
        }
    }

    private @Nullable ProcessHandle adopt() throws IOException {
        ProcessRecord record = ProcessRecord.read(directory.resolve("proxy.process"));
        ProcessHandle running = record == null ? null : record.alive().orElse(null);
        if (record == null || running == null) {
            return null;
        }
        if (record.command().equals(command)) {
            LOG.infof("pool=%s proxy pid=%d adopted: it went on without an operator", pool, running.pid());
            return running;
        }
        LOG.infof("pool=%s proxy pid=%d replaced: it was started with other options", pool, running.pid());
        running.destroy();
        if (!ended(running.onExit(), Duration.ofSeconds(5))) {
            running.destroyForcibly();
            ended(running.onExit(), Duration.ofSeconds(2));
        }
        return null;
    }

    private String run() throws IOException {
        Path log = directory.resolve("proxy.log");
        if (Files.exists(log) && Files.size(log) > LONGEST_LOG) {
            Files.move(log, directory.resolve("proxy.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
        long before = Files.exists(log) ? Files.size(log) : 0;
        // To a file and not through a pipe: the proxy must be able to write when this operator is gone.
        Process child = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        ProcessRecord.of(child.toHandle(), command).write(directory.resolve("proxy.process"));
        LOG.infof("pool=%s proxy pid=%d started log=%s", pool, child.pid(), log);
        String failure = watch(child.toHandle(), child);
        String words = lastLine(log, before);
        return words.isEmpty() ? failure : failure + ": " + words;
    }

    /** Waits for the end; what it says is how it ended. */
    private String watch(ProcessHandle running, @Nullable Process child) {
        process = running;
        if (stopping.isDone()) {
            running.destroy();
        }
        if (problem != null && !ended(running.onExit(), SETTLED)) {
            problem(null);
        } else if (problem == null) {
            onChange.run();
        }
        running.onExit().join();
        if (child == null) {
            return "(pid %d) has ended".formatted(running.pid());
        }
        // The handle and the child learn of the end on threads of their own.
        int code = child.onExit().join().exitValue();
        return "(pid %d) ended with exit code %d".formatted(running.pid(), code);
    }

    private void problem(@Nullable String sentence) {
        problem = sentence;
        onChange.run();
    }

    private static boolean ended(CompletableFuture<?> future, Duration patience) {
        try {
            future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException not) {
            return false;
        } catch (InterruptedException | ExecutionException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    /** The last line with words that was written after {@code from}; bounded, for it goes into a status. */
    private static String lastLine(Path log, long from) throws IOException {
        try (var channel = Files.newByteChannel(log)) {
            long size = channel.size();
            channel.position(Math.max(from, size - 4096));
            var bytes = ByteBuffer.allocate((int) (size - channel.position()));
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
            String last = text.lines().filter(line -> !line.isBlank()).reduce("", (first, second) -> second);
            return last.length() > 300 ? last.substring(0, 300) + "..." : last;
        }
    }
}
