package io.backendpool.operator.status;

import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.api.v1alpha1.BackendState;
import io.backendpool.api.v1alpha1.DrainProgress;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How the status follows what draining backends have left, which changes with every request: the figures of all of them are
 * told anew together, {@link #INTERVAL} after the last time at the earliest, so that many that drain cost no more writes than
 * one. Used for one status.
 */
final class DrainRule {
    static final Duration INTERVAL = Duration.ofSeconds(10);

    private final Map<String, DrainProgress> before;
    private final Instant now;
    private final boolean due;

    /**
     * For the status of {@code lines} at {@code now}.
     *
     * @param previous the status before it; null: there was none
     */
    DrainRule(List<PoolReport.Line> lines, @Nullable BackendPoolStatus previous, Instant now) {
        this.before = said(previous);
        this.now = now;
        this.due = isDue(lines);
    }

    private static Map<String, DrainProgress> said(@Nullable BackendPoolStatus status) {
        Map<String, DrainProgress> said = new HashMap<>();
        if (status != null) {
            for (BackendState state : Objects.requireNonNullElse(status.backends, List.<BackendState>of())) {
                if (state.drain != null) {
                    said.put(state.group + "/" + state.address, state.drain);
                }
            }
        }
        return said;
    }

    /** Whether {@code status} says something else of a backend's drain than {@code report}. */
    static boolean holdsBack(PoolReport report, BackendPoolStatus status) {
        Map<String, DrainProgress> said = said(status);
        return report.backends().stream()
                .anyMatch(line -> differs(line.drain(), said.get(line.key().toString())));
    }

    /** A drain that begins is written at once, so all may be: it costs no write more. */
    private boolean isDue(List<PoolReport.Line> lines) {
        Instant newest = Instant.EPOCH;
        for (PoolReport.Line line : lines) {
            if (line.drain() == null) {
                continue;
            }
            DrainProgress old = before.get(line.key().toString());
            if (old == null) {
                return true;
            }
            newest = asOf(old).isAfter(newest) ? asOf(old) : newest;
        }
        return !now.isBefore(newest.plus(INTERVAL));
    }

    /** What the status is to say of {@code line}; null: it does not drain. */
    @Nullable
    DrainProgress of(PoolReport.Line line) {
        PoolReport.Drain drain = line.drain();
        if (drain == null) {
            return null;
        }
        DrainProgress old = before.get(line.key().toString());
        DrainProgress progress = new DrainProgress();
        if (old != null && (!due || !differs(drain, old))) {
            progress.open = old.open;
            progress.recent = old.recent;
            progress.asOf = old.asOf;
        } else {
            progress.open = drain.open();
            progress.recent = drain.recent();
            progress.asOf = Conditions.time(now);
        }
        Instant until = drain.until();
        progress.until = until == null ? null : Conditions.time(until);
        return progress;
    }

    /** Whether {@code said} is not what {@code drain} is; the end of a drain is always as it is. */
    private static boolean differs(PoolReport.@Nullable Drain drain, @Nullable DrainProgress said) {
        return drain != null
                && said != null
                && !(Objects.equals(said.open, drain.open()) && Objects.equals(said.recent, drain.recent()));
    }

    private static Instant asOf(DrainProgress progress) {
        try {
            return progress.asOf == null ? Instant.EPOCH : Instant.parse(progress.asOf);
        } catch (DateTimeException writtenByOthers) {
            return Instant.EPOCH;
        }
    }
}
