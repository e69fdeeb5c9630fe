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
 * Decides what to report when: a change of health or readiness at once, everything else at most once a second, the first
 * report of a stream whole. One thread.
 */
final class Reporter {
    /** How often to look. */
    static final Duration POLL = Duration.ofMillis(200);

    private static final Duration TRAFFIC_INTERVAL = Duration.ofSeconds(1);

    private @Nullable ProxyStatus sent;
    private Instant sentAt = Instant.EPOCH;

    /** A new stream: the operator knows nothing. */
    void reset() {
        sent = null;
    }

    /** What to send now; null: nothing. What is returned counts as sent. */
    @Nullable
    Report next(ProxyStatus now, Instant at) {
        ProxyStatus before = sent;
        if (before == null) {
            sent = now;
            sentAt = at;
            return ReportCodec.whole(now);
        }
        boolean due = Duration.between(sentAt, at).abs().compareTo(TRAFFIC_INTERVAL) >= 0;
        if (!due && before.ready() == now.ready() && sameHealth(before.backends(), now.backends())) {
            return null;
        }
        Report changes = ReportCodec.changes(before, now);
        if (changes != null) {
            sent = now;
            sentAt = at;
        }
        return changes;
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
