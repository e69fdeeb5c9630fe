package io.backendpool.operator.console;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.api.v1alpha1.BackendState;
import io.backendpool.api.v1alpha1.BackendSummary;
import io.backendpool.api.v1alpha1.BalancingState;
import io.backendpool.api.v1alpha1.DrainProgress;
import io.backendpool.operator.status.TextTable;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The status of pools as a table, in the words of the resource. Pure. */
public final class StatusTable {
    private static final String NONE = "-";

    private record Column(String title, Function<BackendState, @Nullable String> cell) {}

    private final boolean wide;
    private final Instant now;

    /**
     * A table.
     *
     * @param wide with what is usually left out
     * @param now for how long a backend has been as it is
     */
    public StatusTable(boolean wide, Instant now) {
        this.wide = wide;
        this.now = now;
    }

    /** Its lines, one paragraph for each pool. */
    public List<String> lines(List<BackendPool> pools) {
        List<String> lines = new ArrayList<>();
        for (BackendPool pool : pools) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            pool(pool, lines);
        }
        return lines;
    }

    private void pool(BackendPool pool, List<String> lines) {
        BackendPoolStatus status = pool.getStatus();
        if (status == null || status.conditions == null) {
            lines.add(PoolAccess.title(pool) + "  no status yet: no operator has taken it up");
            return;
        }
        lines.add(head(pool, status));
        for (Condition condition : status.conditions) {
            if (isWorthSaying(condition)) {
                lines.add(
                        "  ! %s %s: %s".formatted(condition.getType(), condition.getReason(), condition.getMessage()));
            }
        }
        notes(status.balancing, lines);
        List<BackendState> backends = Objects.requireNonNullElse(status.backends, List.of());
        if (!backends.isEmpty()) {
            table(backends, lines);
        }
        int total = status.summary == null || status.summary.total == null ? 0 : status.summary.total;
        if (total > backends.size()) {
            lines.add("  and %d more, none of them worse".formatted(total - backends.size()));
        }
    }

    private String head(BackendPool pool, BackendPoolStatus status) {
        StringBuilder head = new StringBuilder(PoolAccess.title(pool));
        Objects.requireNonNull(status.conditions).stream()
                .filter(condition -> "Ready".equals(condition.getType()))
                .forEach(ready -> head.append("  ")
                        .append("True".equals(ready.getStatus()) ? "" : "not ready: ")
                        .append(ready.getReason()));
        if (status.summary != null) {
            head.append("  ").append(counts(status.summary));
        }
        if (status.proxies != null) {
            head.append(
                    "  proxies %s ready, %s synced".formatted(status.proxies.readyRatio, status.proxies.syncedRatio));
        }
        head.append("  revision ").append(status.revision);
        if (status.traffic != null) {
            head.append("  %s requests/s  p99 %s"
                    .formatted(orNone(status.traffic.requestsPerSecond), orNone(status.traffic.p99)));
        }
        return head.append(status.address == null ? "" : "  " + status.address).toString();
    }

    private static String counts(BackendSummary summary) {
        StringBuilder counts = new StringBuilder(summary.ratio + " healthy");
        add(counts, summary.warming, "warming");
        add(counts, summary.unhealthy, "unhealthy");
        add(counts, summary.ejected, "ejected");
        add(counts, summary.unknown, "unknown");
        add(counts, summary.draining, "draining");
        return counts.toString();
    }

    private static void add(StringBuilder counts, @Nullable Integer number, String word) {
        if (number != null && number > 0) {
            counts.append(", ").append(number).append(' ').append(word);
        }
    }

    /** All that is not as it should be, and Ready where it has a degree. */
    private static boolean isWorthSaying(Condition condition) {
        String usual =
                switch (condition.getType()) {
                    case "Reconciling", "Stalled", "Overridden" -> "False";
                    default -> "True";
                };
        return !usual.equals(condition.getStatus())
                || ("Ready".equals(condition.getType()) && !"AllHealthy".equals(condition.getReason()))
                || "CertificateExpiresSoon".equals(condition.getReason());
    }

    private static void notes(@Nullable BalancingState balancing, List<String> lines) {
        if (balancing == null) {
            return;
        }
        if (!"Normal".equals(balancing.mode)) {
            lines.add("  %s in the opinion of %s proxies: %s"
                    .formatted(balancing.mode, balancing.proxies, balancing.message));
        }
        Objects.requireNonNullElse(balancing.notes, List.<String>of()).forEach(note -> lines.add("  " + note));
    }

    private void table(List<BackendState> backends, List<String> lines) {
        List<Column> columns = columns(backends);
        List<List<String>> rows = new ArrayList<>();
        rows.add(columns.stream().map(Column::title).toList());
        for (BackendState backend : backends) {
            rows.add(columns.stream()
                    .map(column -> orNone(column.cell().apply(backend)))
                    .toList());
        }
        lines.addAll(TextTable.lines(rows));
    }

    /** What no backend has is left out. */
    private List<Column> columns(List<BackendState> backends) {
        List<Column> columns = new ArrayList<>(List.of(
                new Column("GROUP", backend -> backend.group),
                new Column("ADDRESS", backend -> backend.address),
                new Column("HEALTH", backend -> backend.health),
                new Column("PROXIES", backend -> backend.proxies),
                new Column("DECLARED", backend -> backend.declaredWeight),
                new Column("OVERRIDE", backend -> backend.override),
                new Column("WEIGHT", backend -> backend.effectiveWeight),
                new Column("SHARE", backend -> backend.trafficShare),
                new Column("LEFT", StatusTable::left),
                new Column("FOR", this::age),
                new Column("REASON", backend -> backend.reason)));
        if (wide) {
            columns.add(new Column("ORIGIN", backend -> backend.origin));
            columns.add(new Column("ADAPTATION", backend -> backend.adaptation));
            columns.add(new Column("SINCE", backend -> backend.since));
            columns.add(new Column("DRAIN ENDS", backend -> backend.drain == null ? null : backend.drain.until));
            columns.add(new Column("COUNTED", backend -> backend.drain == null ? null : backend.drain.asOf));
        }
        boolean overridden = backends.stream().anyMatch(backend -> backend.override != null);
        boolean draining = backends.stream().anyMatch(backend -> backend.drain != null);
        return columns.stream()
                .filter(column -> switch (column.title()) {
                    case "OVERRIDE" -> overridden;
                    case "LEFT", "DRAIN ENDS", "COUNTED" -> draining;
                    default -> true;
                })
                .collect(Collectors.toList());
    }

    private static @Nullable String left(BackendState backend) {
        DrainProgress drain = backend.drain;
        return drain == null ? null : TextTable.left(drain.open, drain.recent);
    }

    private @Nullable String age(BackendState backend) {
        if (backend.since == null) {
            return null;
        }
        try {
            return TextTable.age(Instant.parse(backend.since), now);
        } catch (DateTimeException unreadable) {
            return null;
        }
    }

    private static String orNone(@Nullable String text) {
        return text == null || text.isEmpty() ? NONE : text;
    }
}
