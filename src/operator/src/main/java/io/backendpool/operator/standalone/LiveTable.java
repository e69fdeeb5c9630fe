package io.backendpool.operator.standalone;

import io.backendpool.operator.pools.PoolView;
import io.backendpool.operator.validate.Problem;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Redraws the table in place, twice a second, on a terminal. A thread of its own. */
final class LiveTable implements AutoCloseable {
    private static final Duration REDRAW = Duration.ofMillis(500);

    private final Supplier<List<PoolView>> pools;
    private final Supplier<List<Problem>> problems;
    private final LogTail log;
    private final TableText text;
    private final PrintStream out;
    private final Clock clock;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("table").factory());
    private int drawn;

    LiveTable(
            Supplier<List<PoolView>> pools,
            Supplier<List<Problem>> problems,
            LogTail log,
            TableText text,
            PrintStream out,
            Clock clock) {
        this.pools = pools;
        this.problems = problems;
        this.log = log;
        this.text = text;
        this.out = out;
        this.clock = clock;
    }

    void start() {
        var unused = thread.scheduleWithFixedDelay(this::draw, 0, REDRAW.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void draw() {
        List<String> lines = text.lines(
                pools.get(), problems.get().stream().map(Problem::toString).toList(), log.newest(), clock.instant());
        StringBuilder screen = new StringBuilder();
        if (drawn > 0) {
            screen.append("\u001b[").append(drawn).append('A');
        }
        // Each line is overwritten and then cleared to its end: no flicker.
        lines.forEach(line -> screen.append(line).append("\u001b[K\n"));
        screen.append("\u001b[J");
        drawn = lines.size();
        out.print(screen);
        out.flush();
    }

    /** Leaves the last table standing. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
