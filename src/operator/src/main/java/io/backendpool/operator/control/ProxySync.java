package io.backendpool.operator.control;

import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decides what one proxy must get next. At most one revision is under way; while it is, newer ones replace each other and
 * only the newest follows. Knows nothing of gRPC or threads, and no clock: the session serialises the calls and brings the
 * time.
 */
final class ProxySync {
    /** What to do next. */
    sealed interface Step {}

    /** Nothing to send: all is said, or an answer is awaited. */
    record Wait() implements Step {}

    /** Send the whole pool. */
    record SendWhole(PublishedPool pool) implements Step {}

    /**
     * Send the difference.
     *
     * @param held what the proxy runs, under the number that it knows it by
     * @param base the content of {@code held}
     */
    record SendDelta(Revision held, PublishedPool base, PublishedPool pool) implements Step {}

    /** @param whole a delta may be answered by WholeWanted, a whole may not */
    private record InFlight(PublishedPool pool, boolean whole) {}

    private static final Wait WAIT = new Wait();

    private @Nullable PublishedPool target;
    private @Nullable Revision held;
    /** The content of {@link #held}, where it was sent on this stream: a burst may push it out of the history. */
    private @Nullable PublishedPool heldContent;

    private @Nullable InFlight inFlight;
    private ConnectedProxy.@Nullable Rejection rejection;
    private boolean wholeWanted;
    /** When the oldest change was published that {@link #held} is without; null: it has them all. */
    private @Nullable Instant behindSince;
    /** The same of what is under way: the changes that came after it was sent. */
    private @Nullable Instant behindSinceSent;

    /** The proxy has acknowledged {@link #held} on this stream, so it knows that the operator is up to date with it. */
    private boolean confirmed;

    ProxySync(@Nullable Revision applied) {
        held = applied;
    }

    /**
     * {@code pool} is the newest now.
     *
     * @param changedAt when its content was published; for a proxy that has just come, when the first change was that it
     *     lacks. A content under another number is no change
     */
    void publish(PublishedPool pool, Instant changedAt) {
        boolean changed = target == null
                || !target.revision().digest().equals(pool.revision().digest());
        target = pool;
        if (changed) {
            behindSinceSent = earlier(behindSinceSent, changedAt);
            behindSince = isSynced() ? null : earlier(behindSince, changedAt);
        }
    }

    /** The first word stays: changes come in the order of their times. */
    private static Instant earlier(@Nullable Instant known, Instant at) {
        return known == null ? at : known;
    }

    /**
     * What to send, which then counts as under way.
     *
     * @param history finds the content of a digest while it is kept
     */
    Step next(Function<Revision, @Nullable PublishedPool> history) {
        PublishedPool pool = target;
        if (pool == null || inFlight != null) {
            return WAIT;
        }
        if (rejection != null && rejection.revision().equals(pool.revision())) {
            return WAIT;
        }
        if (confirmed && !wholeWanted && pool.revision().equals(held)) {
            return WAIT;
        }
        Revision from = held;
        PublishedPool base =
                from == null || wholeWanted ? null : heldContent != null ? heldContent : history.apply(from);
        inFlight = new InFlight(pool, base == null);
        behindSinceSent = null;
        // Where the proxy runs the content already, this is an empty delta: it confirms, and brings the number.
        return from == null || base == null ? new SendWhole(pool) : new SendDelta(from, base, pool);
    }

    /** The proxy runs {@code revision}. False: it was not under way, so nothing changed. */
    boolean acked(Revision revision) {
        InFlight answered = inFlight;
        if (answered == null || !isInFlight(revision)) {
            return false;
        }
        inFlight = null;
        held = revision;
        heldContent = answered.pool;
        behindSince = isSynced() ? null : behindSinceSent;
        rejection = null;
        wholeWanted = false;
        confirmed = true;
        return true;
    }

    /** The proxy refuses {@code revision} and goes on with what it held. False: it was not under way. */
    boolean nacked(Revision revision, String reason) {
        if (!isInFlight(revision)) {
            return false;
        }
        inFlight = null;
        rejection = new ConnectedProxy.Rejection(revision, reason);
        return true;
    }

    /** The proxy could not use a delta. Where a whole is under way already, that is the answer. */
    void wholeWanted() {
        if (inFlight == null || !inFlight.whole) {
            inFlight = null;
            wholeWanted = true;
        }
    }

    boolean isInFlight(Revision revision) {
        return inFlight != null && inFlight.pool.revision().equals(revision);
    }

    /** It runs what was published last, whatever number it knows it by. */
    boolean isSynced() {
        return target != null && held != null && target.revision().digest().equals(held.digest());
    }

    /**
     * When the oldest change was published that the proxy has not acknowledged: the first of a burst, not the newest
     * revision. Null: it has acknowledged them all.
     */
    @Nullable
    Instant behindSince() {
        return behindSince;
    }

    /** What the proxy is known to run, under the newest number of that content. */
    @Nullable
    Revision acked() {
        return isSynced() && target != null ? target.revision() : held;
    }

    ConnectedProxy.@Nullable Rejection rejection() {
        return rejection;
    }
}
