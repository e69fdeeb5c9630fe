package io.backendpool.operator.status;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tables of plain text for terminals. Pure. */
public final class TextTable {
    private TextTable() {}

    /** The lines of {@code rows}, which have as many cells each: cells of a column begin at the same place. */
    public static List<String> lines(List<List<String>> rows) {
        int[] widths = new int[rows.isEmpty() ? 0 : rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>(rows.size());
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder("  ");
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).repeat(" ", widths[i] - row.get(i).length() + 2);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** What a draining backend has left: {@code 3 open, 12 in 10s}. */
    public static String left(@Nullable Long open, @Nullable Long recent) {
        return "%d open, %d in 10s".formatted(open, recent);
    }

    /** How long it is since {@code since}, in one unit: 90s, 5m, 3h. */
    public static String age(Instant since, Instant now) {
        long seconds = Math.max(0, Duration.between(since, now).toSeconds());
        if (seconds < 120) {
            return seconds + "s";
        }
        return seconds < 7_200 ? seconds / 60 + "m" : seconds / 3_600 + "h";
    }
}
