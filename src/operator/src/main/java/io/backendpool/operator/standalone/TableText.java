package io.backendpool.operator.standalone;

import io.backendpool.operator.pools.PoolView;
import io.backendpool.operator.status.PoolReport;
import io.backendpool.operator.status.StatusAggregator;
import io.backendpool.operator.status.TextTable;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.PoolMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The live table as text: pools, their backends, what is wrong. Pure. */
final class TableText {
    /** A table taller than a screen cannot be redrawn in place. */
    private static final int MOST_BACKENDS = 30;

    private static final String RESET = "\u001b[0m";
    private final boolean color;
    private final int columns;

    /**
     * A table.
     *
     * @param color with ANSI colours
     * @param columns longer lines are cut
     */
    TableText(boolean color, int columns) {
        this.color = color;
        this.columns = columns;
    }

    /** The lines of the table at {@code now}. */
    List<String> lines(List<PoolView> pools, List<String> problems, List<String> news, Instant now) {
        List<String> lines = new ArrayList<>();
        if (pools.isEmpty()) {
            lines.add("no pool runs");
        }
        for (PoolView pool : pools) {
            pool(pool, now, lines);
            lines.add("");
        }
        problems.forEach(problem -> lines.add(paint("\u001b[31m", cut("! " + problem))));
        news.forEach(line -> lines.add(paint("\u001b[2m", cut(line))));
        return lines;
    }

    private void pool(PoolView pool, Instant now, List<String> lines) {
        PoolReport report = pool.report();
        lines.add(paint(
                "\u001b[1m",
                cut("%s  revision %s  proxies %d/%d synced, %d ready  %s requests/s  p99 %s  http://%s"
                        .formatted(
                                pool.id(),
                                pool.facts().published().revision(),
                                report.synced(),
                                pool.facts().desired(),
                                report.ready(),
                                number(report.requestsPerSecond()),
                                report.p99Millis() > 0 ? number(report.p99Millis()) + " ms" : "-",
                                pool.facts().address()))));
        pool.facts().proxyProblems().forEach(problem -> lines.add(paint("\u001b[31m", cut("! " + problem))));
        pool.facts().translation().findings().forEach(finding -> lines.add(paint("\u001b[33m", cut("! " + finding))));
        PoolReport.Balancing balancing = report.balancing();
        if (balancing != null && balancing.mode().kind() != PoolMode.Kind.NORMAL) {
            lines.add(paint(
                    "\u001b[33m",
                    cut("! %s: %s"
                            .formatted(
                                    StatusAggregator.word(balancing.mode().kind()),
                                    balancing.mode().sentence()))));
        }
        report.notes().forEach(note -> lines.add(paint("\u001b[33m", cut("! " + note))));
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("GROUP", "ADDRESS", "HEALTH", "WEIGHT", "SHARE", "FOR", "REASON"));
        report.backends().stream().limit(MOST_BACKENDS).forEach(line -> rows.add(row(line, now)));
        List<String> table = TextTable.lines(rows);
        for (int r = 0; r < table.size(); r++) {
            String shade =
                    r == 0 ? "\u001b[2m" : shade(report.backends().get(r - 1).state());
            lines.add(paint(shade, cut(table.get(r))));
        }
        if (report.backends().size() > MOST_BACKENDS) {
            lines.add("  and %d more, all in the status file or healthier than these"
                    .formatted(report.backends().size() - MOST_BACKENDS));
        }
    }

    private static List<String> row(PoolReport.Line line, Instant now) {
        return List.of(
                line.key().group(),
                line.key().address() + (line.origin() == null ? "" : " (" + line.origin() + ")"),
                StatusAggregator.word(line.state())
                        + (line.reporting() > 1 ? " " + line.agreeing() + "/" + line.reporting() : ""),
                number(line.effectiveWeight()),
                Double.isNaN(line.share()) ? "-" : String.format(Locale.ROOT, "%.1f%%", line.share() * 100),
                age(line.since(), now),
                line.reason() + left(line.drain()));
    }

    private static String left(PoolReport.@Nullable Drain drain) {
        return drain == null
                ? ""
                : ", " + TextTable.left(drain.open(), drain.recent())
                        + (drain.until() == null ? "" : ", until " + drain.until());
    }

    private static String shade(HealthState state) {
        return switch (state) {
            case UNHEALTHY, EJECTED -> "\u001b[31m";
            case UNKNOWN, WARMING, DRAINING -> "\u001b[33m";
            case HEALTHY -> "\u001b[32m";
        };
    }

    private static String age(@Nullable Instant since, Instant now) {
        return since == null ? "-" : TextTable.age(since, now);
    }

    private static String number(double value) {
        return value >= 100 || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }

    private String cut(String line) {
        return line.length() <= columns ? line : line.substring(0, Math.max(0, columns - 3)) + "...";
    }

    private String paint(String code, String text) {
        return color ? code + text + RESET : text;
    }
}
