package io.backendpool.proxy.control;

import io.backendpool.control.InvalidSnapshotException;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.SnapshotCodec;
import io.backendpool.control.SnapshotDelta;
import io.backendpool.control.SnapshotDigest;
import io.backendpool.control.v1.Delta;
import io.backendpool.control.v1.Snapshot;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import org.jspecify.annotations.Nullable;

/** Judges what the operator sent: a pool to apply, one to refuse, or a reason to ask for the whole. Pure. */
final class SnapshotReceiver {
    /** What to do with a message. */
    sealed interface Verdict {}

    /** Make it live. */
    record Apply(PublishedPool pool) implements Verdict {}

    /** It is live already, under this very revision. */
    record Confirmed(Revision revision) implements Verdict {}

    /** Say Nack. */
    record Refuse(Revision revision, String reason) implements Verdict {}

    /** Say WholeWanted. */
    record AskWhole(String reason) implements Verdict {}

    private final PoolId pool;

    SnapshotReceiver(PoolId pool) {
        this.pool = pool;
    }

    /**
     * Judges a whole pool.
     *
     * @throws InvalidSnapshotException not even its revision can be read, so it cannot be refused by name
     */
    Verdict whole(Snapshot message, @Nullable PublishedPool live) throws InvalidSnapshotException {
        Revision revision = SnapshotCodec.decode(message.getRevision());
        PublishedPool published;
        try {
            published = SnapshotCodec.decode(message);
            SnapshotCodec.verify(published);
        } catch (InvalidSnapshotException invalid) {
            return new Refuse(revision, String.valueOf(invalid.getMessage()));
        }
        if (!published.snapshot().id().equals(pool)) {
            return new Refuse(
                    revision,
                    "pool: %s (expected: %s)".formatted(published.snapshot().id(), pool));
        }
        return judge(published, live);
    }

    /**
     * Judges a change of the live pool.
     *
     * @throws InvalidSnapshotException not even its revision can be read, so it cannot be refused by name
     */
    Verdict delta(Delta message, @Nullable PublishedPool live) throws InvalidSnapshotException {
        Revision revision = SnapshotCodec.decode(message.getRevision());
        if (live == null) {
            return new AskWhole("delta to revision %s: nothing is live (expected: its base)".formatted(revision));
        }
        Revision base = SnapshotCodec.decode(message.getBase());
        if (!base.digest().equals(live.revision().digest())) {
            return new AskWhole("delta from revision %s: live is %s".formatted(base, live.revision()));
        }
        SnapshotDelta delta;
        try {
            delta = SnapshotCodec.decode(message);
        } catch (InvalidSnapshotException invalid) {
            // The whole would hold the same.
            return new Refuse(revision, String.valueOf(invalid.getMessage()));
        }
        try {
            PoolSnapshot next = delta.applyTo(live.snapshot());
            String digest = SnapshotDigest.of(next);
            if (!digest.equals(revision.digest())) {
                return new AskWhole("delta leads to %s (expected: revision %s)".formatted(digest, revision));
            }
            return judge(new PublishedPool(revision, next), live);
        } catch (InvalidSnapshotException doesNotFit) {
            return new AskWhole(String.valueOf(doesNotFit.getMessage()));
        }
    }

    private static Verdict judge(PublishedPool next, @Nullable PublishedPool live) {
        if (live == null) {
            return new Apply(next);
        }
        if (next.revision().equals(live.revision())) {
            return new Confirmed(next.revision());
        }
        // The Hello told the operator what is live, so an honest one is above it.
        if (next.revision().number() <= live.revision().number()) {
            return new Refuse(
                    next.revision(),
                    "revision: %d (expected: above %d, which is live)"
                            .formatted(next.revision().number(), live.revision().number()));
        }
        return new Apply(next);
    }
}
