package io.backendpool.proxy.control;

import io.backendpool.control.InvalidSeatException;
import io.backendpool.control.InvalidSnapshotException;
import io.backendpool.control.PublishedPool;
import io.backendpool.control.Revision;
import io.backendpool.control.Seat;
import io.backendpool.control.SeatCodec;
import io.backendpool.control.SnapshotCodec;
import io.backendpool.control.v1.Ack;
import io.backendpool.control.v1.Hello;
import io.backendpool.control.v1.Nack;
import io.backendpool.control.v1.OperatorMessage;
import io.backendpool.control.v1.ProxyMessage;
import io.backendpool.control.v1.Report;
import io.backendpool.control.v1.WholeWanted;
import io.grpc.Status;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxy's end of the control channel. It dials the operator for as long as it lives, brings every revision to the
 * data plane and says how that went, and reports what the data plane does.
 *
 * <p>A starting proxy makes the last known good pool live first, as stale, and only then dials; the operator confirms or
 * replaces it. So a start never waits for an operator, and one that runs is heard long before the proxy is warm and says
 * that it is ready. What is live stays live whatever happens to the operator.
 *
 * <p>All state belongs to one thread, {@code control}; {@link #state} is for any thread.
 */
public final class ControlClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlClient.class);
    private static final int PROTOCOL = 1;
    private static final long GOODBYE_MILLIS = 500;

    /** Longer than the operator takes to check a token at its slowest. */
    private static final Duration ACCEPT_TIMEOUT = Duration.ofSeconds(10);

    private final ControlSettings settings;
    private final DataPlane dataPlane;
    private final Clock clock;
    private final ScheduledThreadPoolExecutor thread;
    private final Dialer dialer;
    private final Backoff backoff;
    private final LastKnownGoodFiles files;
    private final SeatFile seatFile;
    private final SnapshotReceiver receiver;
    private final Reporter reporter = new Reporter();

    private @Nullable ControlStream stream;
    private @Nullable PublishedPool live;
    /** Read from disk and not live; null once something is live. */
    private @Nullable PublishedPool lastKnownGood;

    private @Nullable Seat seat;
    /** Completes when the data plane has taken the last pool that it was given: calls of it do not overlap. */
    private CompletionStage<@Nullable Void> applying = CompletableFuture.completedStage(null);

    private Instant acceptedAt;
    private boolean closing;
    private volatile ControlState state;

    private ControlClient(ControlSettings settings, DataPlane dataPlane, Clock clock, RandomGenerator random) {
        this.settings = settings;
        this.dataPlane = dataPlane;
        this.clock = clock;
        this.thread = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("control").factory());
        this.thread.setRemoveOnCancelPolicy(true);
        this.thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.dialer = new Dialer(settings, clock, thread);
        this.backoff = new Backoff(Backoff.FIRST, Backoff.MAX, random);
        this.files = new LastKnownGoodFiles(settings.pool(), settings.stateDirectory(), settings.bootstrap());
        this.seatFile = new SeatFile(settings.pool(), settings.stateDirectory());
        this.receiver = new SnapshotReceiver(settings.pool());
        this.acceptedAt = clock.instant();
        this.state = new ControlState(false, false, clock.instant(), null, null, null);
    }

    /** Starts dialing, and returns at once. */
    public static ControlClient start(
            ControlSettings settings, DataPlane dataPlane, Clock clock, RandomGenerator random) {
        ControlClient client = new ControlClient(settings, dataPlane, clock, random);
        client.thread.execute(client::begin);
        return client;
    }

    /** How the channel stands. Any thread. */
    public ControlState state() {
        return state;
    }

    /** Says goodbye and stops within half a second; the data plane keeps what it has. */
    @Override
    public void close() {
        thread.execute(() -> {
            if (closing) {
                return;
            }
            closing = true;
            if (stream == null) {
                stop();
                return;
            }
            stream.goodbye();
            schedule(Duration.ofMillis(GOODBYE_MILLIS), this::stop);
        });
    }

    private void stop() {
        if (stream != null) {
            stream.cancel("the proxy stops", null);
        }
        // The thread last: gRPC's callbacks run on it.
        dialer.close(thread::shutdown);
    }

    private void begin() {
        lastKnownGood = files.newest();
        seat = seatFile.read();
        if (seat != null) {
            dataPlane.sit(seat);
            change(false, false, null);
        }
        long pollMillis = Reporter.POLL.toMillis();
        var unused = thread.scheduleWithFixedDelay(this::report, pollMillis, pollMillis, TimeUnit.MILLISECONDS);
        serveLastKnownGood();
    }

    // ---- the stream ----

    private void dial() {
        if (closing || stream != null) {
            return;
        }
        try {
            ControlStream opened = ControlStream.open(dialer.dial(), hello(), new StreamEvents());
            stream = opened;
            schedule(ACCEPT_TIMEOUT, opened::cancelUnlessAccepted);
        } catch (IOException unusable) {
            failed(String.valueOf(unusable.getMessage()));
        }
    }

    private ProxyMessage hello() {
        Hello.Builder hello = Hello.newBuilder()
                .setPool(settings.pool().toString())
                .setProxy(settings.proxy())
                .setVersion(settings.version())
                .setProtocol(PROTOCOL);
        if (live != null) {
            hello.setApplied(SnapshotCodec.encode(live.revision()));
        } else if (lastKnownGood != null) {
            hello.setKnown(SnapshotCodec.encode(lastKnownGood.revision()));
        }
        if (seat != null) {
            hello.setSeat(SeatCodec.encode(seat));
        }
        if (settings.zone() != null) {
            hello.setZone(settings.zone());
        }
        return ProxyMessage.newBuilder().setHello(hello).build();
    }

    private void accepted(ControlStream from) {
        if (from != stream) {
            return;
        }
        acceptedAt = clock.instant();
        reporter.reset();
        LOG.info("pool={} connected to the operator at {} port {}", settings.pool(), settings.host(), settings.port());
        change(true, state.stale(), null);
        report();
    }

    private void ended(ControlStream from, Status status) {
        if (from != stream) {
            return;
        }
        stream = null;
        if (closing) {
            return;
        }
        // A stream that did not last is no reason to dial quickly: two proxies of one name would replace each other.
        if (state.connected() && Duration.between(acceptedAt, clock.instant()).compareTo(Backoff.MAX) >= 0) {
            backoff.reset();
        }
        failed(FailureSentence.of(status, settings));
    }

    /** Says it when it is news, serves what there is, and dials again. */
    private void failed(String sentence) {
        if (state.connected()) {
            LOG.info("pool={} disconnected: {}", settings.pool(), sentence);
        } else if (!sentence.equals(state.error())) {
            LOG.warn("pool={} no operator, the live pool goes on: {}", settings.pool(), sentence);
        }
        change(false, state.stale(), sentence);
        schedule(backoff.next(), this::dial);
    }

    // ---- pools ----

    /** Makes what was kept live, if there is any that can be, and dials after that. */
    private void serveLastKnownGood() {
        PublishedPool pool = lastKnownGood;
        if (pool == null) {
            dial();
            return;
        }
        apply(pool, true, result -> {
            switch (result) {
                case DataPlane.Applied() -> {
                    live = pool;
                    LOG.info(
                            "pool={} serves last known good revision {}, stale until the operator confirms it",
                            settings.pool(),
                            pool.revision());
                    change(state.connected(), true, state.error());
                }
                case DataPlane.Refused(String reason) ->
                    LOG.warn(
                            "pool={} last known good revision {} cannot be served: {}",
                            settings.pool(),
                            pool.revision(),
                            reason);
            }
            dial();
        });
    }

    private void message(ControlStream from, OperatorMessage message) {
        switch (message.getKindCase()) {
            case SNAPSHOT, DELTA ->
                // Judged when what came before has been applied: a delta is a change of that.
                afterApplying(() -> receive(from, message));
            case SEAT -> {
                sit(message.getSeat());
                from.readNext();
            }
            case SHUTDOWN -> {
                LOG.info(
                        "pool={} sent away: {}",
                        settings.pool(),
                        message.getShutdown().getReason());
                from.readNext();
            }
            case KIND_NOT_SET -> {
                LOG.warn("pool={} the operator sent a message that this version does not know", settings.pool());
                from.readNext();
            }
        }
    }

    /** What makes no sense is said and changes nothing. */
    private void sit(io.backendpool.control.v1.Seat message) {
        try {
            Seat dealt = SeatCodec.decode(message);
            if (!dealt.equals(seat)) {
                LOG.info("pool={} seat {} -> {}", settings.pool(), seat == null ? "by name" : seat, dealt);
                seat = dealt;
                dataPlane.sit(dealt);
                seatFile.save(dealt);
                change(state.connected(), state.stale(), state.error());
            }
        } catch (InvalidSeatException invalid) {
            LOG.warn(
                    "pool={} the operator dealt no seat that there is, the last one stays: {}",
                    settings.pool(),
                    invalid.getMessage());
        }
    }

    private void receive(ControlStream from, OperatorMessage message) {
        if (from != stream) {
            return;
        }
        try {
            SnapshotReceiver.Verdict verdict = message.hasSnapshot()
                    ? receiver.whole(message.getSnapshot(), live)
                    : receiver.delta(message.getDelta(), live);
            follow(from, verdict);
        } catch (InvalidSnapshotException nameless) {
            from.cancel("invalid message: " + nameless.getMessage(), nameless);
        }
    }

    private void follow(ControlStream from, SnapshotReceiver.Verdict verdict) {
        switch (verdict) {
            case SnapshotReceiver.Apply(PublishedPool pool) ->
                apply(pool, false, result -> {
                    switch (result) {
                        case DataPlane.Applied() -> applied(from, pool);
                        case DataPlane.Refused(String reason) -> refuse(from, pool.revision(), reason);
                    }
                });
            case SnapshotReceiver.Confirmed(Revision revision) -> {
                change(state.connected(), false, state.error());
                acknowledge(from, revision);
            }
            case SnapshotReceiver.Refuse(Revision revision, String reason) -> refuse(from, revision, reason);
            case SnapshotReceiver.AskWhole(String reason) -> {
                LOG.info("pool={} asks for the whole pool: {}", settings.pool(), reason);
                from.send(ProxyMessage.newBuilder()
                        .setWholeWanted(WholeWanted.newBuilder().setReason(reason))
                        .build());
                from.readNext();
            }
        }
    }

    private void applied(ControlStream from, PublishedPool pool) {
        live = pool;
        lastKnownGood = null;
        files.save(pool);
        LOG.info(
                "pool={} runs revision {} backends={}",
                settings.pool(),
                pool.revision(),
                pool.snapshot().backends().size());
        change(state.connected(), false, state.error());
        acknowledge(from, pool.revision());
    }

    private void acknowledge(ControlStream to, Revision revision) {
        to.send(ProxyMessage.newBuilder()
                .setAck(Ack.newBuilder().setRevision(SnapshotCodec.encode(revision)))
                .build());
        to.readNext();
        report();
    }

    private void refuse(ControlStream to, Revision revision, String reason) {
        LOG.warn("pool={} refuses revision {}, the live pool goes on: {}", settings.pool(), revision, reason);
        to.send(ProxyMessage.newBuilder()
                .setNack(Nack.newBuilder()
                        .setRevision(SnapshotCodec.encode(revision))
                        .setReason(reason))
                .build());
        to.readNext();
    }

    private void afterApplying(Runnable next) {
        applying = applying.handleAsync(
                (done, failed) -> {
                    next.run();
                    return null;
                },
                thread);
    }

    private void apply(PublishedPool pool, boolean stale, java.util.function.Consumer<DataPlane.ApplyResult> then) {
        applying = applying.thenCompose(done -> given(pool, stale)).thenAcceptAsync(then, thread);
    }

    /** A data plane that throws has refused. */
    private CompletionStage<DataPlane.ApplyResult> given(PublishedPool pool, boolean stale) {
        CompletionStage<DataPlane.ApplyResult> stage;
        try {
            stage = dataPlane.apply(pool, stale);
        } catch (RuntimeException bug) {
            stage = CompletableFuture.failedStage(bug);
        }
        return stage.exceptionally(bug -> {
            LOG.error("pool={} revision {} could not be applied", settings.pool(), pool.revision(), bug);
            return new DataPlane.Refused("internal error: " + bug);
        });
    }

    // ---- what others see ----

    private void report() {
        ControlStream to = stream;
        if (to == null || !to.isReady()) {
            return;
        }
        try {
            Report report = reporter.next(dataPlane, clock.instant());
            if (report != null) {
                to.send(ProxyMessage.newBuilder().setReport(report).build());
            }
        } catch (RuntimeException bug) {
            // A periodic task that throws is never run again.
            LOG.error("pool={} no report could be made", settings.pool(), bug);
        }
    }

    private void change(boolean connected, boolean stale, @Nullable String error) {
        ControlState before = state;
        state = new ControlState(
                connected,
                stale,
                connected == before.connected() ? before.since() : clock.instant(),
                error,
                live == null ? null : live.revision(),
                seat);
        if (connected != before.connected() || stale != before.stale()) {
            dataPlane.controlState(connected, stale);
        }
    }

    private void schedule(Duration wait, Runnable task) {
        var unused = thread.schedule(task, wait.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Keeps the callbacks out of this class's public face. */
    private final class StreamEvents implements ControlStream.Events {
        @Override
        public void accepted(ControlStream from) {
            ControlClient.this.accepted(from);
        }

        @Override
        public void message(ControlStream from, OperatorMessage message) {
            ControlClient.this.message(from, message);
        }

        @Override
        public void ended(ControlStream from, Status status) {
            ControlClient.this.ended(from, status);
        }
    }
}
