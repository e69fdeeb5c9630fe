package io.backendpool.operator.pools;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.backendpool.api.v1alpha1.BackendPoolStatus;
import io.backendpool.operator.control.ConnectedProxy;
import io.backendpool.operator.logs.PoolLog;
import io.backendpool.operator.status.StatusAggregator;
import io.backendpool.operator.status.TakeOver;
import io.backendpool.pool.PoolId;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the status of one pool is written: where it says something new, at most once a second; again for what it holds
 * back; and after a change of operators, only when the proxies had the time to dial this one. The keeper's thread.
 */
final class StatusWriter {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    /** Reports of many proxies about one change come within this time: one status for all. */
    private static final Duration DELAY = Duration.ofMillis(20);

    private static final ObjectMapper MAPPER =
            new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    /** Runs a step on the keeper's thread when some time has passed. */
    interface Later {
        void in(Duration wait, Runnable step);
    }

    /**
     * What the writers of all pools share.
     *
     * @param grace how long proxies may take to dial again before their silence is news
     * @param secondLook after what time a status that holds something back is looked at again
     */
    record Means(StatusSink sink, Later later, Duration grace, Duration secondLook, Clock clock) {}

    private final PoolId pool;
    private final Means means;
    private final Supplier<@Nullable PoolView> view;
    private @Nullable BackendPoolStatus written;
    private @Nullable JsonNode writtenContent;
    private long writtenNanos = System.nanoTime() - INTERVAL.toNanos();
    /** While the proxies are yet to dial this operator. */
    private @Nullable TakeOver takeOver;
    /** What is written is this operator's own word, nothing in it a former one's. */
    private boolean ownWord;

    private boolean due;
    /** It will be looked at again for what it holds back. */
    private boolean lookDue;

    private boolean stopped;

    /**
     * Goes on from the status that is there.
     *
     * @param view the pool as it is now; null before it is published
     */
    StatusWriter(PoolId pool, Means means, Supplier<@Nullable PoolView> view) {
        this.pool = pool;
        this.means = means;
        this.view = view;
        written = means.sink().last(pool);
        writtenContent = written == null ? null : MAPPER.valueToTree(written);
        takeOver = TakeOver.of(written);
        if (takeOver == null) {
            endTakeOver();
        } else {
            means.later().in(means.grace(), () -> {
                endTakeOver();
                due();
            });
        }
    }

    /** What still counts of a former operator's word, as {@code proxies} are connected; null: nothing does any more. */
    @Nullable
    TakeOver takeOver(List<ConnectedProxy> proxies, int desired) {
        if (takeOver != null && takeOver.isOver(proxies, desired)) {
            endTakeOver();
        }
        return takeOver;
    }

    /** Waits for no proxy any more: from now on the status says what this operator knows. */
    void endTakeOver() {
        takeOver = null;
        if (!ownWord && !means.sink().keepsLast()) {
            writtenContent = null;
        }
        ownWord = true;
    }

    /** Something has happened that the status may have to tell. */
    void due() {
        if (due) {
            return;
        }
        due = true;
        long wait = DELAY.toNanos();
        if (written != null) {
            wait = Math.max(wait, writtenNanos + INTERVAL.toNanos() - System.nanoTime());
        }
        means.later().in(Duration.ofNanos(wait), () -> {
            due = false;
            write();
        });
    }

    /** Writes the status now, if it says something new. */
    void write() {
        if (!stopped) {
            PoolLog.about(pool, this::aggregate);
        }
    }

    private void aggregate() {
        PoolView now = view.get();
        if (now == null) {
            return;
        }
        BackendPoolStatus status = StatusAggregator.aggregate(
                now.facts(), now.report(), written, means.clock().instant());
        if (takeOver == null && StatusAggregator.holdsBack(now.report(), status)) {
            lookAgain();
        }
        JsonNode content = MAPPER.valueToTree(status);
        if (!content.equals(writtenContent)) {
            written = status;
            writtenContent = content;
            writtenNanos = System.nanoTime();
            means.sink().write(pool, status);
        }
    }

    /** What the status holds back is to be said in time, also where no proxy has anything new to report. */
    private void lookAgain() {
        if (lookDue) {
            return;
        }
        lookDue = true;
        means.later().in(means.secondLook(), () -> {
            lookDue = false;
            due();
        });
    }

    /** The pool is gone: writes no more. */
    void stop() {
        stopped = true;
    }
}
