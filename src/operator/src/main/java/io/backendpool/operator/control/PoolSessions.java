package io.backendpool.operator.control;

import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.SnapshotCodec;
import io.backendpool.control.SnapshotDelta;
import io.backendpool.control.SnapshotDigest;
import io.backendpool.control.v1.OperatorMessage;
import io.backendpool.operator.logs.PoolLog;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.grpc.Status;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One pool: what is published, and the sessions of its proxies. Its monitor serialises everything about the pool,
 * including its sessions; nothing under it blocks but the revision store.
 */
final class PoolSessions {
    /** What was published of late, so that a proxy that is a little behind gets a delta. */
    private static final int HISTORY = 8;

    private static final Logger LOG = Logger.getLogger(ControlServer.class);

    private final PoolId id;
    private final int maxProxies;
    private final SeatDealer seats;
    private final Clock clock;
    private final Runnable changed;
    private final RevisionCounter counter;
    private final Map<String, ProxySession> sessions = new LinkedHashMap<>();
    private final Map<String, Kept> history = new LinkedHashMap<>();
    /** Messages that lead to the newest revision, by what they start from; shared by the sessions. */
    private final Map<Revision, OperatorMessage> deltas = new LinkedHashMap<>();

    private @Nullable OperatorMessage whole;
    private @Nullable PublishedPool published;
    private @Nullable String withdrawn;
    private @Nullable Revision announced;

    /** @param at when the content was published first, whatever number it has now */
    private record Kept(PublishedPool pool, Instant at) {}

    PoolSessions(
            PoolId id,
            RevisionStore store,
            ControlServerConfig config,
            Clock clock,
            ScheduledExecutorService timer,
            Runnable changed) {
        this.id = id;
        this.maxProxies = config.maxProxiesPerPool();
        this.seats = new SeatDealer(id, config.seats(), maxProxies, clock, sessions.values(), timer, this::seatsAreDue);
        this.clock = clock;
        this.changed = changed;
        this.counter = new RevisionCounter(id, store);
    }

    PoolId id() {
        return id;
    }

    Revision publish(PoolSnapshot snapshot) {
        return PoolLog.about(id, () -> publishLocked(snapshot));
    }

    private synchronized Revision publishLocked(PoolSnapshot snapshot) {
        withdrawn = null;
        String digest = SnapshotDigest.of(snapshot);
        if (published != null && published.revision().digest().equals(digest)) {
            return published.revision();
        }
        return publish(snapshot, counter.next(digest));
    }

    private Revision publish(PoolSnapshot snapshot, Revision revision) {
        PublishedPool next = new PublishedPool(revision, snapshot);
        PublishedPool before = published;
        published = next;
        whole = null;
        deltas.clear();
        Kept former = history.remove(revision.digest());
        boolean renumbered =
                former != null && before != null && before.revision().digest().equals(revision.digest());
        Instant at = renumbered ? former.at() : clock.instant();
        history.put(revision.digest(), new Kept(next, at));
        if (history.size() > HISTORY) {
            history.remove(history.keySet().iterator().next());
        }
        // Before the pool itself, so that a proxy that is new to it begins with the right part.
        seats.follow(snapshot.loadBalancing());
        for (ProxySession session : List.copyOf(sessions.values())) {
            session.publish(next, at);
        }
        changed.run();
        return revision;
    }

    /** Ends the pool: its proxies are sent away and not let in again until it is published anew. */
    synchronized void withdraw(String reason) {
        withdrawn = reason;
        published = null;
        whole = null;
        deltas.clear();
        history.clear();
        seats.follow(null);
        shutdown(reason);
    }

    synchronized void shutdown(String reason) {
        PoolLog.about(id, () -> List.copyOf(sessions.values()).forEach(session -> session.shutdown(reason)));
        changed.run();
    }

    /** Lets a proxy in that has proved itself and said Hello. Not OK: why it is sent away. */
    synchronized Status join(ProxySession session, @Nullable Revision known) {
        if (withdrawn != null) {
            return Status.NOT_FOUND.withDescription("pool " + id + " is gone: " + withdrawn);
        }
        ProxySession former = sessions.get(session.proxy());
        if (former == null && sessions.size() >= maxProxies) {
            return Status.RESOURCE_EXHAUSTED.withDescription("pool %s has %,d proxies connected (expected: at most %,d)"
                    .formatted(id, sessions.size(), maxProxies));
        }
        if (former != null) {
            former.end(Status.ABORTED.withDescription("replaced by a newer connection of the same proxy"));
        }
        sessions.put(session.proxy(), session);
        session.admitted();
        seats.join(session);
        raiseAbove(session.applied());
        raiseAbove(known);
        if (published != null) {
            session.publish(published, lackedSince(session.applied()));
        }
        changed.run();
        return Status.OK;
    }

    /**
     * When the first change was published that a proxy lacks which runs {@code applied}. Of one that runs what is not kept
     * any more: the oldest that is kept, for it lacks that at least. One that runs nothing lacks nothing that it once had.
     */
    private Instant lackedSince(@Nullable Revision applied) {
        if (applied == null) {
            return clock.instant();
        }
        boolean found = false;
        for (Kept kept : history.values()) {
            if (found) {
                return kept.at();
            }
            found = kept.pool().revision().digest().equals(applied.digest());
        }
        return found || history.isEmpty()
                ? clock.instant()
                : history.values().iterator().next().at();
    }

    /** Numbers never fall: where a proxy has seen a higher one, the current content is published again above it. */
    private void raiseAbove(@Nullable Revision seen) {
        if (seen == null) {
            return;
        }
        counter.seen(seen);
        PublishedPool now = published;
        if (now == null) {
            return;
        }
        Revision revision = counter.next(now.revision().digest());
        if (!revision.equals(now.revision())) {
            LOG.infof("pool=%s revision %s is now %s: a proxy has seen %s", id, now.revision(), revision, seen);
            publish(now.snapshot(), revision);
        }
    }

    synchronized void leave(ProxySession session) {
        if (sessions.remove(session.proxy(), session)) {
            seats.leave(session, session.saidGoodbye());
            changed.run();
        }
    }

    private void seatsAreDue() {
        PoolLog.about(id, this::settleSeats);
    }

    private synchronized void settleSeats() {
        seats.settle();
    }

    synchronized @Nullable PublishedPool published() {
        return published;
    }

    synchronized List<ConnectedProxy> proxies() {
        List<ConnectedProxy> proxies = new ArrayList<>();
        sessions.values().forEach(session -> proxies.add(session.view()));
        proxies.sort(Comparator.comparing(ConnectedProxy::proxy));
        return proxies;
    }

    /** The content of what a proxy says it runs, if it is kept. Digests name contents; numbers may have been raised. */
    @Nullable
    PublishedPool kept(Revision revision) {
        Kept kept = history.get(revision.digest());
        return kept == null ? null : kept.pool();
    }

    OperatorMessage wholeMessage(PublishedPool pool) {
        OperatorMessage message = whole;
        if (message == null) {
            message = OperatorMessage.newBuilder()
                    .setSnapshot(SnapshotCodec.encode(pool))
                    .build();
            whole = message;
        }
        return message;
    }

    OperatorMessage deltaMessage(ProxySync.SendDelta step) {
        if (deltas.size() > HISTORY) {
            deltas.clear();
        }
        return deltas.computeIfAbsent(step.held(), held -> OperatorMessage.newBuilder()
                .setDelta(SnapshotCodec.encode(
                        SnapshotDelta.between(
                                step.base().snapshot(), step.pool().snapshot()),
                        held,
                        step.pool().revision()))
                .build());
    }

    Instant now() {
        return clock.instant();
    }

    /** Says it once when every connected proxy runs what is published. */
    void announceIfSynced() {
        PublishedPool now = published;
        if (now == null || sessions.isEmpty() || now.revision().equals(announced)) {
            return;
        }
        Duration slowest = Duration.ZERO;
        for (ProxySession session : sessions.values()) {
            if (!session.isSynced()) {
                return;
            }
            Duration took = session.view().ackTook();
            slowest = took != null && took.compareTo(slowest) > 0 ? took : slowest;
        }
        announced = now.revision();
        LOG.infof(
                "pool=%s synced revision %s on %d proxies in %d ms",
                id, now.revision(), sessions.size(), slowest.toMillis());
    }

    void changed() {
        changed.run();
    }
}
