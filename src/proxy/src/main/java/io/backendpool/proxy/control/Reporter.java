package io.backendpool.proxy.control;

import io.backendpool.control.BackendStatus;
import io.backendpool.control.ProxyStatus;
import io.backendpool.control.ReportCodec;
import io.backendpool.control.v1.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides what to report when: a change of health or readiness at once, everything else once a second, or less often for a
 * large pool, and the first report of a stream whole. One thread.
 */
final class Reporter {
    /** How often to look. */
    static final Duration POLL = Duration.ofMillis(200);

    private static final long SHORTEST_MILLIS = 1_000;
    /** As long as the window of what is reported. */
    private static final long LONGEST_MILLIS = 10_000;

    private static final int BACKENDS_PER_MILLI = 2;

    private @Nullable ProxyStatus sent;
    private @Nullable Object condition;
    private Instant lookedAt = Instant.EPOCH;

    /** A new stream: the operator knows nothing. */
    void reset() {
        sent = null;
    }

    /** What to send now of {@code dataPlane}; null: nothing. What is returned counts as sent. */
    @Nullable
    Report next(DataPlane dataPlane, Instant at) {
        ProxyStatus before = sent;
        Object current = dataPlane.condition();
        if (before == null) {
            ProxyStatus now = dataPlane.status();
            sent = now;
            condition = current;
            lookedAt = at;
            return ReportCodec.whole(now);
        }
        boolean due = Duration.between(lookedAt, at).abs().compareTo(interval(before)) >= 0;
        if (!due && current.equals(condition)) {
            return null;
        }
        condition = current;
        ProxyStatus now = due ? dataPlane.status() : dataPlane.statusAfter(before);
        if (due) {
            lookedAt = at;
        } else if (before.ready() == now.ready() && sameHealth(before.backends(), now.backends())) {
            return null;
        }
        Report changes = ReportCodec.changes(before, now);
        if (changes != null) {
            sent = now;
        }
        return changes;
    }

    /** Between two looks at the traffic, which cost time in proportion to the pool. */
    private static Duration interval(ProxyStatus status) {
        long millis = status.backends().size() / BACKENDS_PER_MILLI;
        return Duration.ofMillis(Math.clamp(millis, SHORTEST_MILLIS, LONGEST_MILLIS));
    }

    private static boolean sameHealth(List<BackendStatus> before, List<BackendStatus> now) {
        if (before.size() != now.size()) {
            return false;
        }
        for (int i = 0; i < now.size(); i++) {
            BackendStatus a = before.get(i);
            BackendStatus b = now.get(i);
            if (a.state() != b.state()
                    || Double.compare(a.effectiveWeight(), b.effectiveWeight()) != 0
                    || !a.key().equals(b.key())) {
                return false;
            }
        }
        return true;
    }
}
