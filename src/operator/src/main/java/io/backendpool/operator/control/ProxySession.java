package io.backendpool.operator.control;

import io.backendpool.control.InvalidReportException;
import io.backendpool.control.InvalidSnapshotException;
import io.backendpool.control.ProxyStatus;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.ReportCodec;
import io.backendpool.control.Revision;
import io.backendpool.control.Seat;
import io.backendpool.control.SeatCodec;
import io.backendpool.control.SnapshotCodec;
import io.backendpool.control.v1.OperatorMessage;
import io.backendpool.control.v1.ProxyMessage;
import io.backendpool.control.v1.Shutdown;
import io.backendpool.operator.logs.PoolLog;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The operator's end of one proxy's stream, from an accepted Hello to its end. Everything is called under the monitor of
 * its {@link PoolSessions}, which the public face of this class takes itself.
 *
 * <p>Nothing queues up for a slow proxy: one revision is under way at most, it is written only while the transport takes
 * it, and the next message of the proxy is read only when the last has been handled.
 */
final class ProxySession {
    private static final Logger LOG = Logger.getLogger(ControlServer.class);

    /** A revision that is unanswered for so many times the acknowledgement's limit ends the stream. */
    private static final int RESET_AFTER = 3;

    private static final int MAX_REASON_LENGTH = 1_024;

    private final PoolSessions pool;
    private final Caller caller;
    private final ServerCall<ProxyMessage, OperatorMessage> call;
    private final ScheduledExecutorService timer;
    private final Duration ackTimeout;
    private final ProxySync sync;

    private ProxyStatus status = ProxyStatus.NONE;
    private @Nullable Duration ackTook;
    /** What it shall have, and what it has. */
    private @Nullable Seat dealt;

    private @Nullable Seat told;
    private boolean goodbye;
    private boolean ended;

    ProxySession(
            PoolSessions pool,
            Caller caller,
            ServerCall<ProxyMessage, OperatorMessage> call,
            ScheduledExecutorService timer,
            Duration ackTimeout) {
        this.pool = pool;
        this.caller = caller;
        this.told = caller.seat();
        this.call = call;
        this.timer = timer;
        this.ackTimeout = ackTimeout;
        this.sync = new ProxySync(caller.applied());
    }

    String proxy() {
        return caller.proxy();
    }

    /** What the proxy ran when it connected. */
    @Nullable
    Revision applied() {
        return caller.applied();
    }

    String zone() {
        return caller.zone();
    }

    /** The seat that the proxy knows; null: it has none yet. */
    @Nullable
    Seat seat() {
        return told;
    }

    /** Whether the proxy ended the stream by its own will. */
    boolean saidGoodbye() {
        return goodbye;
    }

    boolean isSynced() {
        return sync.isSynced();
    }

    ConnectedProxy view() {
        return new ConnectedProxy(
                caller.proxy(),
                caller.version(),
                caller.at(),
                sync.acked(),
                ackTook,
                sync.behindSince(),
                sync.rejection(),
                status);
    }

    /** Enters the pool. Not OK: why not; the caller ends the call. */
    Status start(@Nullable Revision known) {
        synchronized (pool) {
            Status joined = pool.join(this, known);
            if (joined.isOk()) {
                pool.announceIfSynced();
            }
            return joined;
        }
    }

    /** The pool takes it. Headers before anything else: they tell the proxy that it was let in. */
    void admitted() {
        call.sendHeaders(new Metadata());
        LOG.infof(
                "pool=%s proxy=%s connected version=%s revision=%s",
                pool.id(), proxy(), caller.version(), caller.applied() == null ? "none" : caller.applied());
    }

    /** {@code changedAt}: see {@link ProxySync#publish}. */
    void publish(PublishedPool published, Instant changedAt) {
        sync.publish(published, changedAt);
        pump();
    }

    /** The proxy has this seat from now on. */
    void sit(Seat seat) {
        dealt = seat;
        pump();
    }

    /** The transport takes messages again. */
    void onReady() {
        synchronized (pool) {
            pump();
        }
    }

    private void pump() {
        if (ended || !call.isReady()) {
            return;
        }
        if (dealt != null && !dealt.equals(told)) {
            call.sendMessage(OperatorMessage.newBuilder()
                    .setSeat(SeatCodec.encode(dealt))
                    .build());
            told = dealt;
        }
        switch (sync.next(pool::kept)) {
            case ProxySync.Wait() -> {}
            case ProxySync.SendWhole(PublishedPool whole) -> send(whole, pool.wholeMessage(whole));
            case ProxySync.SendDelta delta -> send(delta.pool(), pool.deltaMessage(delta));
        }
    }

    private void send(PublishedPool published, OperatorMessage message) {
        call.sendMessage(message);
        LOG.debugf(
                "pool=%s proxy=%s sent revision %s as %s, %d bytes",
                pool.id(), proxy(), published.revision(), message.getKindCase(), message.getSerializedSize());
        timer(1, published.revision());
    }

    private void timer(int times, Revision revision) {
        // The next revision has another timer; this one then finds nothing and ends.
        var unused = timer.schedule(() -> ackOverdue(times, revision), ackTimeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void ackOverdue(int times, Revision revision) {
        PoolLog.about(pool.id(), () -> ackOverdueLocked(times, revision));
    }

    private void ackOverdueLocked(int times, Revision revision) {
        synchronized (pool) {
            if (ended || !sync.isInFlight(revision)) {
                return;
            }
            long millis = ackTimeout.multipliedBy(times).toMillis();
            if (times >= RESET_AFTER) {
                end(Status.ABORTED.withDescription(
                        "revision %s is not acknowledged after %,d ms".formatted(revision, millis)));
                return;
            }
            LOG.warnf(
                    "pool=%s proxy=%s revision %s is not acknowledged after %d ms",
                    pool.id(), proxy(), revision, millis);
            timer(times + 1, revision);
        }
    }

    /** One message of the proxy. */
    void receive(ProxyMessage message) {
        synchronized (pool) {
            if (ended) {
                return;
            }
            try {
                handle(message);
                pump();
            } catch (InvalidSnapshotException | InvalidReportException invalid) {
                end(Status.INVALID_ARGUMENT.withDescription(invalid.getMessage()));
            }
        }
    }

    private void handle(ProxyMessage message) throws InvalidSnapshotException, InvalidReportException {
        switch (message.getKindCase()) {
            case ACK -> acked(SnapshotCodec.decode(message.getAck().getRevision()));
            case NACK ->
                nacked(
                        SnapshotCodec.decode(message.getNack().getRevision()),
                        cut(message.getNack().getReason()));
            case WHOLE_WANTED -> {
                LOG.infof(
                        "pool=%s proxy=%s wants the whole pool: %s",
                        pool.id(), proxy(), cut(message.getWholeWanted().getReason()));
                sync.wholeWanted();
            }
            case REPORT -> {
                ProxyStatus next = ReportCodec.apply(status, message.getReport());
                if (!next.equals(status)) {
                    status = next;
                    pool.changed();
                }
            }
            case HELLO -> end(Status.INVALID_ARGUMENT.withDescription("Hello twice (expected: once)"));
            // A newer proxy may say more than this version understands.
            case KIND_NOT_SET -> LOG.debugf("pool=%s proxy=%s sent a message of an unknown kind", pool.id(), proxy());
        }
    }

    private void acked(Revision revision) {
        Instant behindSince = sync.behindSince();
        if (!sync.acked(revision)) {
            LOG.debugf("pool=%s proxy=%s acknowledged %s, which is not under way", pool.id(), proxy(), revision);
            return;
        }
        if (behindSince != null) {
            // What was published before it came cannot have been acknowledged sooner.
            Instant from = behindSince.isAfter(caller.at()) ? behindSince : caller.at();
            ackTook = Duration.between(from, pool.now());
        }
        pool.announceIfSynced();
        pool.changed();
    }

    private void nacked(Revision revision, String reason) {
        if (sync.nacked(revision, reason)) {
            LOG.warnf("pool=%s proxy=%s refused revision %s: %s", pool.id(), proxy(), revision, reason);
            pool.changed();
        }
    }

    /** Sends the proxy elsewhere. It dials again, and its traffic goes on. */
    void shutdown(String reason) {
        if (ended) {
            return;
        }
        call.sendMessage(OperatorMessage.newBuilder()
                .setShutdown(Shutdown.newBuilder().setReason(reason))
                .build());
        end(Status.OK.withDescription(reason));
    }

    /** The proxy ends the stream. */
    void goodbye() {
        synchronized (pool) {
            goodbye = true;
            end(Status.OK.withDescription("the proxy said goodbye"));
        }
    }

    /** Ends the stream from this side. */
    void end(Status status) {
        if (ended) {
            return;
        }
        call.close(status, new Metadata());
        ended(String.valueOf(status.getDescription()));
    }

    /** The stream is over, whoever ended it. */
    void ended(String reason) {
        synchronized (pool) {
            if (ended) {
                return;
            }
            ended = true;
            pool.leave(this);
            LOG.infof("pool=%s proxy=%s disconnected: %s", pool.id(), proxy(), reason);
            pool.announceIfSynced();
        }
    }

    private static String cut(String reason) {
        return reason.length() <= MAX_REASON_LENGTH ? reason : reason.substring(0, MAX_REASON_LENGTH);
    }
}
