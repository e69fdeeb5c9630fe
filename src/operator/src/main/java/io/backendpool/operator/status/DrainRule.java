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

    private final Map<String, BackendState> before;
    private final Instant now;
    private final boolean due;

    /**
     * For the status of {@code lines} at {@code now}.
     *
     * @param before the backends of the status before it, see {@link #byKey}
     */
    DrainRule(List<PoolReport.Line> lines, Map<String, BackendState> before, Instant now) {
        this.before = before;
        this.now = now;
        this.due = isDue(lines);
    }

    /** The backends of {@code status} by {@code group/address}; none: there is no status. */
    static Map<String, BackendState> byKey(@Nullable BackendPoolStatus status) {
        Map<String, BackendState> states = new HashMap<>();
        if (status != null && status.backends != null) {
            status.backends.forEach(state -> states.put(state.group + "/" + state.address, state));
        }
        return states;
    }

    private static @Nullable DrainProgress said(PoolReport.Line line, Map<String, BackendState> states) {
        BackendState state = states.get(line.key().toString());
        return state == null ? null : state.drain;
    }

    /** Whether {@code status} says something else of a backend's drain than {@code report}. */
    static boolean holdsBack(PoolReport report, BackendPoolStatus status) {
        Map<String, BackendState> states = byKey(status);
        return report.backends().stream().anyMatch(line -> differs(line.drain(), said(line, states)));
    }

    /** A drain that begins is written at once, so all may be: it costs no write more. */
    private boolean isDue(List<PoolReport.Line> lines) {
        Instant newest = Instant.EPOCH;
        for (PoolReport.Line line : lines) {
            if (line.drain() == null) {
                continue;
            }
            DrainProgress old = said(line, before);
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
        DrainProgress old = said(line, before);
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
