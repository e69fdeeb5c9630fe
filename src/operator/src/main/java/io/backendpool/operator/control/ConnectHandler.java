package io.backendpool.operator.control;

import io.backendpool.control.InvalidSeatException;
import io.backendpool.control.InvalidSnapshotException;
import io.backendpool.control.Revision;
import io.backendpool.control.Seat;
import io.backendpool.control.SeatCodec;
import io.backendpool.control.SnapshotCodec;
import io.backendpool.control.v1.Hello;
import io.backendpool.control.v1.OperatorMessage;
import io.backendpool.control.v1.ProxyMessage;
import io.backendpool.operator.logs.PoolLog;
import io.backendpool.pool.PoolId;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The door: who dials, may it, and is its first message a Hello for the pool that its token opens? What passes becomes a
 * {@link ProxySession}. Runs on one virtual thread per event of a call.
 */
final class ConnectHandler implements ServerCallHandler<ProxyMessage, OperatorMessage> {
    static final int PROTOCOL = 1;

    /** A proxy may not push the numbers so high that they run out; see {@link RevisionCounter}. */
    static final long MAX_BROUGHT_NUMBER = 1L << 62;

    private static final int MAX_NAME_LENGTH = 253;
    private static final int MAX_TOKENS_IN_CHECK = 64;
    private static final String BEARER = "Bearer ";
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final ControlServerConfig config;
    private final TokenVerifier tokens;
    private final Function<PoolId, PoolSessions> pools;
    private final ScheduledExecutorService timer;
    private final Clock clock;
    private final RefusalLog refusals;
    private final Semaphore checks = new Semaphore(MAX_TOKENS_IN_CHECK);

    ConnectHandler(
            ControlServerConfig config,
            TokenVerifier tokens,
            Function<PoolId, PoolSessions> pools,
            ScheduledExecutorService timer,
            Clock clock) {
        this.config = config;
        this.tokens = tokens;
        this.pools = pools;
        this.timer = timer;
        this.clock = clock;
        this.refusals = new RefusalLog(clock);
    }

    @Override
    public ServerCall.Listener<ProxyMessage> startCall(
            ServerCall<ProxyMessage, OperatorMessage> call, Metadata headers) {
        String authorization = headers.get(AUTHORIZATION);
        if (authorization == null || !authorization.startsWith(BEARER)) {
            refuse(call, Status.UNAUTHENTICATED, "authorization: absent (expected: Bearer TOKEN)");
            return new ServerCall.Listener<>() {};
        }
        PoolId opened;
        try {
            opened = verify(authorization.substring(BEARER.length()));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            refuse(call, Status.UNAVAILABLE, "the operator stops");
            return new ServerCall.Listener<>() {};
        } catch (RuntimeException failed) {
            // The verifier's message may quote the token: only its kind is told.
            refuse(
                    call,
                    Status.UNAVAILABLE,
                    "token: cannot be checked now (" + failed.getClass().getSimpleName() + ")");
            return new ServerCall.Listener<>() {};
        }
        if (opened == null) {
            refuse(call, Status.UNAUTHENTICATED, "token: opens no pool (expected: the token of this proxy's pool)");
            return new ServerCall.Listener<>() {};
        }
        Door door = new Door(call, opened);
        call.request(1);
        return door;
    }

    private @Nullable PoolId verify(String token) throws InterruptedException {
        checks.acquire();
        try {
            return tokens.verify(token);
        } finally {
            checks.release();
        }
    }

    private void refuse(ServerCall<ProxyMessage, OperatorMessage> call, Status status, String sentence) {
        call.close(status.withDescription(sentence), new Metadata());
        String peer = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress address
                ? address.getHostString()
                : "unknown";
        refusals.say(peer, sentence);
    }

    /** Waits for the Hello, then hands everything on to the session. gRPC serialises the calls of a listener. */
    private final class Door extends ServerCall.Listener<ProxyMessage> {
        private final ServerCall<ProxyMessage, OperatorMessage> call;
        private final PoolId opened;
        private final ScheduledFuture<?> helloTimer;
        private @Nullable ProxySession session;
        private boolean refused;

        Door(ServerCall<ProxyMessage, OperatorMessage> call, PoolId opened) {
            this.call = call;
            this.opened = opened;
            this.helloTimer =
                    timer.schedule(this::helloOverdue, config.helloTimeout().toNanos(), TimeUnit.NANOSECONDS);
        }

        private void helloOverdue() {
            PoolLog.about(opened, this::refuseWithoutHello);
        }

        private synchronized void refuseWithoutHello() {
            if (session == null && !refused) {
                refused = true;
                refuse(
                        call,
                        Status.DEADLINE_EXCEEDED,
                        "no Hello after %,d ms (expected: as the first message)"
                                .formatted(config.helloTimeout().toMillis()));
            }
        }

        @Override
        public void onMessage(ProxyMessage message) {
            PoolLog.about(opened, () -> handle(message));
        }

        private void handle(ProxyMessage message) {
            ProxySession current = session;
            if (current != null) {
                current.receive(message);
                call.request(1);
            } else {
                helloTimer.cancel(false);
                enter(message);
            }
        }

        private synchronized void enter(ProxyMessage message) {
            if (refused) {
                return;
            }
            if (!message.hasHello()) {
                reject(Status.FAILED_PRECONDITION, "first message: " + message.getKindCase() + " (expected: HELLO)");
                return;
            }
            Hello hello = message.getHello();
            String problem = problemOf(hello);
            if (problem != null) {
                reject(Status.FAILED_PRECONDITION, problem);
                return;
            }
            if (!hello.getPool().equals(opened.toString())) {
                reject(
                        Status.PERMISSION_DENIED,
                        "hello.pool: %s (expected: %s, the pool that the token opens)"
                                .formatted(cut(hello.getPool()), opened));
                return;
            }
            join(hello);
        }

        private void join(Hello hello) {
            try {
                PoolSessions pool = pools.apply(opened);
                ProxySession entering = new ProxySession(
                        pool,
                        new Caller(
                                hello.getProxy(),
                                cut(hello.getVersion()),
                                cut(hello.getZone()),
                                brought(hello.hasApplied(), hello.getApplied(), pool),
                                seat(hello),
                                clock.instant()),
                        call,
                        timer,
                        config.ackTimeout());
                Revision known = brought(hello.hasKnown(), hello.getKnown(), pool);
                session = entering;
                Status joined = entering.start(known);
                if (!joined.isOk()) {
                    session = null;
                    reject(joined, String.valueOf(joined.getDescription()));
                    return;
                }
                call.request(1);
            } catch (InvalidSnapshotException invalid) {
                reject(Status.INVALID_ARGUMENT, "hello: " + invalid.getMessage());
            }
        }

        private void reject(Status status, String sentence) {
            refused = true;
            refuse(call, status, sentence);
        }

        @Override
        public void onHalfClose() {
            ProxySession current = session;
            PoolLog.about(opened, current == null ? this::noHello : current::goodbye);
        }

        private synchronized void noHello() {
            helloTimer.cancel(false);
            if (!refused) {
                reject(Status.FAILED_PRECONDITION, "first message: none (expected: HELLO)");
            }
        }

        @Override
        public void onCancel() {
            helloTimer.cancel(false);
            ProxySession current = session;
            if (current != null) {
                PoolLog.about(opened, () -> current.ended("the connection is gone"));
            }
        }

        @Override
        public void onComplete() {
            ProxySession current = session;
            if (current != null) {
                PoolLog.about(opened, () -> current.ended("the stream is closed"));
            }
        }

        @Override
        public void onReady() {
            ProxySession current = session;
            if (current != null) {
                PoolLog.about(opened, current::onReady);
            }
        }
    }

    private static @Nullable String problemOf(Hello hello) {
        if (hello.getProtocol() != PROTOCOL) {
            return "hello.protocol: %s (expected: %d, this operator's): upgrade the older of the two"
                    .formatted(Integer.toUnsignedString(hello.getProtocol()), PROTOCOL);
        }
        if (hello.getProxy().isEmpty() || hello.getProxy().length() > MAX_NAME_LENGTH) {
            return "hello.proxy: %d characters (expected: 1 to %d)"
                    .formatted(hello.getProxy().length(), MAX_NAME_LENGTH);
        }
        return null;
    }

    private static @Nullable Revision brought(
            boolean present, io.backendpool.control.v1.Revision message, PoolSessions pool)
            throws InvalidSnapshotException {
        if (!present) {
            return null;
        }
        Revision revision = SnapshotCodec.decode(message);
        var published = pool.published();
        long highest = published == null ? 0 : published.revision().number();
        if (revision.number() > Math.max(MAX_BROUGHT_NUMBER, highest)) {
            throw new InvalidSnapshotException("revision.number: %d (expected: at most %d)"
                    .formatted(revision.number(), Math.max(MAX_BROUGHT_NUMBER, highest)));
        }
        return revision;
    }

    /** One that cannot be counts as none: nothing but the proxy's own place hangs on it. */
    private static @Nullable Seat seat(Hello hello) {
        try {
            return hello.hasSeat() ? SeatCodec.decode(hello.getSeat()) : null;
        } catch (InvalidSeatException invalid) {
            return null;
        }
    }

    private static String cut(String text) {
        return text.length() <= MAX_NAME_LENGTH ? text : text.substring(0, MAX_NAME_LENGTH);
    }
}
