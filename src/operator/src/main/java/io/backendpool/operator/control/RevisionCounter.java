package io.backendpool.operator.control;

import io.backendpool.control.Revision;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Numbers the revisions of one pool: the same content keeps its number, other content gets a higher one than anything
 * that was stored or that any proxy has brought. So numbers grow even where the operator has lost its store. Guarded by
 * the pool's lock.
 */
final class RevisionCounter {
    private static final Logger LOG = Logger.getLogger(RevisionCounter.class);

    private final PoolId pool;
    private final RevisionStore store;
    private @Nullable Revision highest;

    RevisionCounter(PoolId pool, RevisionStore store) {
        this.pool = pool;
        this.store = store;
        this.highest = store.last(pool);
    }

    /** A proxy has this revision, which this operator may have forgotten. */
    void seen(Revision revision) {
        Revision known = highest;
        if (known == null || revision.number() > known.number()) {
            highest = revision;
        } else if (revision.number() == known.number() && !revision.digest().equals(known.digest())) {
            // Two contents under one number: neither may keep it.
            highest = new Revision(revision.number() + 1, known.digest());
        }
    }

    /** The number of {@code digest}, remembered before it is given out. */
    Revision next(String digest) {
        Revision known = highest;
        Revision next = known == null
                ? new Revision(1, digest)
                : known.digest().equals(digest) ? known : new Revision(known.number() + 1, digest);
        highest = next;
        try {
            if (!next.equals(store.last(pool))) {
                store.save(pool, next);
            }
        } catch (IOException failed) {
            LOG.warnf("pool=%s revision %s cannot be stored, it is published all the same: %s", pool, next, failed);
        }
        return next;
    }
}
