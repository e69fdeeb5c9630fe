package io.backendpool.proxy.http;

import io.backendpool.pool.HttpSettings;
import io.backendpool.pool.health.FailureKind;
import io.backendpool.proxy.traffic.AccessLog;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.upstream.AttemptPlan;
import io.backendpool.proxy.upstream.LoopPolicy;
import io.backendpool.proxy.upstream.LoopSessions;
import io.backendpool.proxy.upstream.QueuedRequest;
import io.backendpool.proxy.upstream.UnprocessedException;
import io.backendpool.proxy.upstream.Upstream;
import io.backendpool.proxy.upstream.UpstreamLink;
import io.backendpool.proxy.upstream.UpstreamReceiver;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ConnectTimeoutException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response: chooses a backend, sends the request, retries where that is safe, and passes the response
 * on. Event loop only. What clients are told of a failure names no backend's address, since clients may be anybody; the
 * access log has it.
 *
 * <pre>
 *   QUEUED -> CONNECTING -> AWAITING -> RESPONDING -> ENDED
 *                ^------------'  retry: nothing of a response went to the client
 * </pre>
 */
public final class Exchange implements UpstreamReceiver, QueuedRequest, Relay.Judge {
    private enum Phase {
        QUEUED,
        CONNECTING,
        AWAITING,
        RESPONDING,
        ENDED
    }

    private final HttpLoop loop;
    private final Downstream client;
    private final RequestFacts facts;
    private BodyFraming requestBody;
    private final AttemptPlan plan;
    private final Affinity.@Nullable Bond bond;
    private final ExchangeTimeouts timeouts;
    private final long startNanos;

    private final @Nullable ByteBuf head;
    private @Nullable ByteBuf replay;
    /** What was sent of the request so far is still here, and may be sent again. */
    private boolean replayable = true;

    private Phase phase = Phase.CONNECTING;
    private boolean sending;
    private @Nullable UpstreamLink upstream;
    private @Nullable Upstream last;
    private @Nullable Relay response;
    private @Nullable Upstream nextAfterStatus;
    private @Nullable Object queuePlace;
    private int attempts;
    private long tryNanos;
    private long bytesIn;
    private int status;
    private boolean byProxy;

    private boolean clientEnded;
    private boolean backendEnded;

    /** Takes over {@code head}, the head as it is sent to the backend. */
    private Exchange(
            HttpLoop loop,
            Downstream client,
            AttemptPlan plan,
            Affinity.@Nullable Bond bond,
            RequestFacts facts,
            BodyFraming requestBody,
            ByteBuf head) {
        this.loop = loop;
        this.client = client;
        this.facts = facts;
        this.requestBody = requestBody;
        this.head = head;
        this.startNanos = loop.traffic().now();
        this.timeouts = new ExchangeTimeouts(loop.tick(), client.timeLimitMillis());
        this.plan = plan;
        this.bond = bond;
        loop.upstreams().retryBudget().requestStarted();
    }

    /** Begins the exchange that {@code head} asks for; sends nothing yet. */
    static Exchange begin(HttpLoop loop, Downstream client, RequestHead head) {
        HttpSettings http = loop.policy().http();
        LoopSessions sessions = loop.upstreams().sessions();
        Affinity.Bond bond = sessions == null ? null : loop.affinity().bond(head, client, sessions, http);
        AttemptPlan plan = loop.affinity().plan(loop.upstreams(), head, client, http, bond);
        ByteBuf edited = loop.editor().request(head, http, client);
        BodyFraming body = BodyFraming.ofRequest(head, plan.policy().headBytes());
        RequestFacts facts = RequestFacts.of(
                head, loop.accessLog() == null ? null : loop.editor().forLog(head, http));
        return new Exchange(loop, client, plan, bond, facts, body, edited);
    }

    /** The request has been taken whole. */
    public boolean requestComplete() {
        return requestBody.done();
    }

    /** More of the request's body can be taken without holding too much. */
    public boolean canTakeBody() {
        UpstreamLink connection = upstream;
        if (connection != null) {
            return !sending && connection.isWritable();
        }
        return replay == null || replay.readableBytes() < loop.limits().maxReplayBytes();
    }

    /** Takes from {@code in} what belongs to the request's body. */
    public void takeBody(ByteBuf in) {
        int taken = requestBody.take(in, null);
        if (taken == BodyFraming.MALFORMED) {
            fail(Reply.refused(400, requestBody.problem()), Outcome.REFUSED);
            return;
        }
        if (taken == 0) {
            return;
        }
        progress();
        bytesIn += taken;
        if (requestBody.done()) {
            timeouts.requestRead(loop.tick());
        }
        ByteBuf data = taken == in.readableBytes() ? client.handOver(in) : in.readRetainedSlice(taken);
        UpstreamLink connection = upstream;
        if (connection == null) {
            replay = Buffers.join(client.allocator(), replay, data);
            return;
        }
        if (replayable
                && (facts.idempotent() || connection.mayRefuse())
                && (replay == null ? 0 : replay.readableBytes()) + taken
                        <= loop.limits().maxReplayBytes()) {
            replay = Buffers.join(client.allocator(), replay, data.retainedSlice());
        } else {
            dropReplay();
        }
        connection.write(data);
    }

    /**
     * Chooses a backend and sends the request as far as it is here, and asks the client for more. {@link #flushUpstream} is to
     * follow.
     */
    public void tryNextBackend() {
        Upstream chosen = plan.next();
        if (chosen != null) {
            attempt(chosen, true);
            return;
        }
        phase = Phase.QUEUED;
        progress();
        queuePlace = plan.isStrict() ? null : loop.upstreams().enqueue(this);
        if (queuePlace == null) {
            noBackendLeft();
        }
    }

    @Override
    public List<Upstream> tried() {
        return plan.tried();
    }

    @Override
    public void backendFree(Upstream free) {
        queuePlace = null;
        attempt(free, true);
        flushUpstream();
    }

    @Override
    public void queueTimedOut() {
        queuePlace = null;
        String reason = "no backend had room within %s (circuitBreaker, timeouts.queue)"
                .formatted(
                        ExchangeTimeouts.text(plan.policy().source().timeouts().queue()));
        fail(new Reply(503, "connection_limit_reached", reason), Outcome.NO_BACKEND);
    }

    /** RFC 9110, 9.2.2; and what is not here as a whole yet may become too long to be kept. */
    @Override
    public boolean sendsOnce() {
        return !facts.idempotent() || !requestBody.done();
    }

    private void attempt(Upstream chosen, boolean mayReuse) {
        if (attempts++ > 0) {
            loop.traffic().retried();
        }
        last = chosen;
        chosen.tryStarted();
        phase = Phase.CONNECTING;
        UpstreamLink idle = mayReuse ? client.upstreams().takeIdle(chosen, this) : null;
        if (idle != null) {
            send(idle);
        } else {
            client.upstreams().connect(chosen, this);
        }
    }

    /** Sends what is here of the request, and asks the client for the rest; flushes nothing. */
    private void send(UpstreamLink connection) {
        upstream = connection;
        phase = Phase.AWAITING;
        timeouts.tryBegan(loop.tick());
        tryNanos = loop.traffic().now();
        LoopPolicy policy = plan.policy();
        response = client.relay(facts, policy, policy.retriesStatuses() || bond != null ? this : null);
        connection.upstream().traffic().started(tryNanos);
        loop.traffic().sent(connection.reused());
        // The connection may tell meanwhile that it has room, but nothing is to come between these.
        sending = true;
        if (head != null) {
            // An earlier try may have written it, and moved its index.
            connection.write(head.readerIndex(0).retain());
        }
        if (replay != null) {
            connection.write(replay.retainedDuplicate());
        }
        sending = false;
        client.requestWanted();
    }

    public void flushUpstream() {
        if (upstream != null) {
            upstream.flush();
        }
    }

    @Override
    public void upstreamConnected(UpstreamLink connection) {
        if (phase == Phase.ENDED) {
            connection.upstream().tryEnded(-1, false, loop.traffic().now());
            connection.release(UpstreamLink.UNSTATED);
            return;
        }
        send(connection);
        flushUpstream();
    }

    @Override
    public void upstreamConnectFailed(Upstream target, Throwable cause) {
        loop.traffic().connectFailed();
        target.traffic().connectFailed();
        target.tryEnded(0, true, loop.traffic().now());
        target.failed(FailureKind.LOCAL_ORIGIN);
        if (cause instanceof ConnectTimeoutException) {
            loop.traffic().limitHit(Limit.CONNECT_TIMEOUT);
        }
        if (phase == Phase.ENDED) {
            return;
        }
        plan.exclude(target, Failures.describe(cause));
        tryNextBackend();
        flushUpstream();
    }

    private void noBackendLeft() {
        if (plan.isStrict() && tried().isEmpty()) {
            String reason = "the backend of this session cannot take it, and session.onUnavailable is Fail";
            fail(new Reply(503, "destination_unavailable", reason), Outcome.NO_BACKEND);
            return;
        }
        if (tried().isEmpty() || loop.upstreams().isBusy(tried())) {
            String reason = loop.upstreams().unavailableReason();
            fail(new Reply(503, "destination_unavailable", reason), Outcome.NO_BACKEND);
            return;
        }
        String reason =
                "no backend could be reached: tried %d, the last was: %s".formatted(tried().size(), plan.lastFailure());
        fail(new Reply(502, "connection_refused", reason), Outcome.CONNECT_FAILED);
    }

    @Override
    public void upstreamData(ByteBuf data) {
        Relay relay = response;
        if (relay == null) {
            data.release();
            return;
        }
        progress();
        Relay.Result result = relay.accept(data);
        if (relay.started()) {
            respond(relay);
        }
        switch (result) {
            case MORE -> pauseIfClientIsSlow();
            case COMPLETE -> complete(relay);
            case REPLACED -> sendAgainInsteadOf(relay);
            case MALFORMED -> {
                String reason = "the backend sent no valid response: " + relay.problem();
                fail(new Reply(502, "http_protocol_error", reason), Outcome.BACKEND_FAILED);
            }
        }
    }

    @Override
    public boolean replaces(int found) {
        UpstreamLink connection = upstream;
        if (connection == null || !maySendAgain(false)) {
            return false;
        }
        nextAfterStatus = plan.retryAfterStatus(connection.upstream(), found);
        return nextAfterStatus != null;
    }

    @Override
    public void passes(ResponseHead found) {
        Affinity.Bond session = bond;
        UpstreamLink connection = upstream;
        if (session != null && connection != null) {
            loop.affinity().tell(found, session, connection.upstream());
        }
    }

    /** The response was one to retry, and was not passed on. */
    private void sendAgainInsteadOf(Relay relay) {
        UpstreamLink connection = upstream;
        Upstream next = nextAfterStatus;
        upstream = null;
        nextAfterStatus = null;
        if (connection == null || next == null) {
            throw new IllegalStateException("no backend to send the request to again");
        }
        endTry(connection, relay.status(), loop.traffic().now());
        connection.upstream().answered(relay.status(), tryNanos);
        boolean reusable = relay.connectionReusable();
        closeRelay();
        if (reusable) {
            connection.release(relay.idleTicks());
        } else {
            connection.close();
        }
        sendAgain(next, true);
    }

    private void sendAgain(Upstream next, boolean mayReuse) {
        closeRelay();
        attempt(next, mayReuse);
        client.requestWanted();
        flushUpstream();
    }

    private void endTry(UpstreamLink connection, int answered, long now) {
        Upstream target = connection.upstream();
        target.traffic().ended(answered, tryNanos, now);
        target.tryEnded(now - tryNanos, answered == 0 || answered >= 500, now);
    }

    /** The final response's head has gone to the client: nothing can be sent again, nor answered otherwise. */
    private void respond(Relay relay) {
        if (phase == Phase.AWAITING) {
            phase = Phase.RESPONDING;
            status = relay.status();
            if (upstream != null) {
                upstream.upstream().answered(status, tryNanos);
            }
            dropReplay();
            if (status == 101) {
                openTunnel();
            }
        }
    }

    /** The response switched protocols: bytes pass both ways until both have ended. No other request is without an end. */
    private boolean isTunnel() {
        return requestBody.isUntilClose();
    }

    private void openTunnel() {
        requestBody = BodyFraming.tunnel();
        if (upstream != null) {
            upstream.tunnel();
        }
        client.requestWanted();
        flushUpstream();
    }

    /** The client sends no more. In a tunnel that is the end of one direction only; else false: nothing was done. */
    public boolean clientInputEnded() {
        if (!isTunnel() || upstream == null) {
            return false;
        }
        if (!clientEnded) {
            clientEnded = true;
            upstream.endOutput();
            endTunnelIfDone();
        }
        return true;
    }

    @Override
    public void upstreamInputEnded() {
        if (!isTunnel()) {
            return;
        }
        backendEnded = true;
        client.endOutput();
        endTunnelIfDone();
    }

    private void endTunnelIfDone() {
        Relay relay = response;
        if (clientEnded && backendEnded && relay != null) {
            complete(relay);
        }
    }

    private void pauseIfClientIsSlow() {
        if (upstream != null && !client.isWritable()) {
            upstream.readable(false);
        }
    }

    @Override
    public void upstreamReadComplete() {
        client.flush();
    }

    @Override
    public void upstreamWritabilityChanged() {
        progress();
        client.requestWanted();
        flushUpstream();
    }

    /** The client can take more of the response again, or no more for now. */
    public void clientWritabilityChanged() {
        progress();
        if (upstream != null) {
            upstream.readable(client.isWritable());
        }
    }

    @Override
    public void upstreamClosed(@Nullable Throwable cause) {
        UpstreamLink gone = upstream;
        Relay relay = response;
        if (gone == null || relay == null) {
            return;
        }
        if (phase == Phase.RESPONDING && cause == null && relay.endsWithConnection()) {
            relay.end();
            complete(relay);
            return;
        }
        upstream = null;
        endTry(gone, status, loop.traffic().now());
        String how = cause == null ? "connection closed" : Failures.describe(cause);
        boolean unprocessed = cause instanceof UnprocessedException;
        boolean elsewhere = cause instanceof UnprocessedException refusal && refusal.isOfWholeBackend();
        // A connection that had served may have been closing: a fresh one will tell.
        if (phase == Phase.AWAITING && !unprocessed && !gone.reused()) {
            gone.upstream().failed(FailureKind.RESET);
        }
        if (phase == Phase.AWAITING
                && !relay.sawBytes()
                && maySendAgain(unprocessed)
                && resend(gone, how, unprocessed, elsewhere)) {
            return;
        }
        String when = relay.sawBytes() ? "in the middle of the response" : "before the response";
        String reason = "the backend failed %s: %s".formatted(when, how);
        fail(new Reply(502, "connection_terminated", reason), Outcome.BACKEND_FAILED);
    }

    /** RFC 9110, 9.2.2: only what may happen twice is sent twice, and only what is still here as a whole. */
    private boolean maySendAgain(boolean unprocessed) {
        return (facts.idempotent() || unprocessed) && replayable;
    }

    /** Sends the request again after its connection was lost; false: it may not be. */
    private boolean resend(UpstreamLink gone, String how, boolean unprocessed, boolean elsewhere) {
        if ((gone.reused() || unprocessed) && !elsewhere && gone.upstream().hasRoom() && plan.takeFreshChance()) {
            sendAgain(gone.upstream(), false);
            return true;
        }
        if (unprocessed) {
            closeRelay();
            plan.exclude(gone.upstream(), how);
            tryNextBackend();
            flushUpstream();
            return true;
        }
        Upstream next = plan.retryAfterReset(gone.upstream(), how);
        if (next == null) {
            return false;
        }
        sendAgain(next, true);
        return true;
    }

    private void complete(Relay relay) {
        UpstreamLink connection = upstream;
        upstream = null;
        boolean wholeRequest = requestBody.done();
        long now = loop.traffic().now();
        if (connection != null) {
            endTry(connection, status, now);
            if (wholeRequest && relay.connectionReusable()) {
                connection.release(relay.idleTicks());
            } else {
                connection.close();
            }
        }
        finished(Outcome.ANSWERED, now);
        client.exchangeEnded(relay.keepClient() && wholeRequest);
    }

    /** Ends the exchange: with {@code reply} if nothing was answered yet, else by cutting the client's connection. */
    private void fail(Reply reply, Outcome outcome) {
        if (phase == Phase.ENDED) {
            return;
        }
        boolean answered = phase == Phase.RESPONDING;
        long now = loop.traffic().now();
        blame(outcome);
        dropUpstream(outcome == Outcome.BACKEND_FAILED || outcome == Outcome.BACKEND_TIMEOUT, now);
        boolean keep = facts.keepAlive() && requestBody.done();
        if (!answered) {
            status = reply.status();
            byProxy = true;
        }
        finished(outcome, now);
        if (answered) {
            client.cut();
        } else {
            client.reply(reply, facts.isHead(), keep);
        }
    }

    private void blame(Outcome outcome) {
        if (phase == Phase.AWAITING && upstream != null) {
            if (outcome == Outcome.BACKEND_TIMEOUT) {
                upstream.upstream().failed(FailureKind.TIMEOUT);
            } else if (outcome == Outcome.BACKEND_FAILED) {
                upstream.upstream().failed(FailureKind.RESET);
            }
        }
    }

    /** The client is gone or was given up: what the backend does is of no use to anyone. */
    public void clientGone() {
        if (phase != Phase.ENDED) {
            long now = loop.traffic().now();
            dropUpstream(false, now);
            finished(Outcome.CLIENT_GONE, now);
        }
    }

    private void dropUpstream(boolean backendFailed, long now) {
        UpstreamLink connection = upstream;
        upstream = null;
        if (connection != null) {
            Upstream target = connection.upstream();
            target.traffic().ended(phase == Phase.RESPONDING ? status : 0, tryNanos, now);
            target.tryEnded(backendFailed ? now - tryNanos : -1, backendFailed, now);
            connection.close();
        }
    }

    /** Called about every 100 ms. */
    public void onTick(int now) {
        ExchangeTimeouts.Expired expired = expired(now);
        if (expired == null) {
            return;
        }
        loop.traffic().limitHit(expired.limit);
        if (expired == ExchangeTimeouts.Expired.TRY && sendAgainElsewhere()) {
            return;
        }
        fail(expired.reply(plan.policy(), client), expired.outcome);
    }

    private ExchangeTimeouts.@Nullable Expired expired(int now) {
        UpstreamLink connection = upstream;
        if (connection != null && connection.upstream().isOverdue(now)) {
            return ExchangeTimeouts.Expired.BACKEND_REMOVED;
        }
        return switch (phase) {
            case QUEUED, CONNECTING -> timeouts.beforeTry(now, plan.policy(), requestBody.done(), canTakeBody());
            case AWAITING -> timeouts.beforeResponse(now, plan.policy(), requestBody.done(), canTakeBody());
            case RESPONDING -> timeouts.inResponse(now, plan.policy(), client.isWritable());
            case ENDED -> null;
        };
    }

    /** Gives the try up for one at another backend; false: there is none, or it may not be. */
    private boolean sendAgainElsewhere() {
        UpstreamLink connection = upstream;
        Relay relay = response;
        if (connection == null || relay == null || relay.passedAny() || !maySendAgain(false)) {
            return false;
        }
        Upstream next = plan.retryAfterTimeout(connection.upstream());
        if (next == null) {
            return false;
        }
        connection.upstream().failed(FailureKind.TIMEOUT);
        dropUpstream(true, loop.traffic().now());
        sendAgain(next, true);
        return true;
    }

    /** The one place where the outcome of an exchange is known: counters, the access log, and what learns from outcomes. */
    private void finished(Outcome outcome, long now) {
        phase = Phase.ENDED;
        if (queuePlace != null) {
            loop.upstreams().leave(queuePlace);
            queuePlace = null;
        }
        plan.end();
        loop.upstreams().retryBudget().requestEnded();
        Relay relay = response;
        long bytesOut = relay == null ? 0 : relay.bytes();
        closeRelay();
        dropReplay();
        Buffers.release(head);
        loop.traffic().ended(outcome, status, byProxy, startNanos, now);
        loop.traffic().bytes(bytesIn, bytesOut);
        AccessLog log = loop.accessLog();
        if (log != null) {
            long micros = (now - startNanos) / 1000;
            log.log(facts.toRecord(
                    client.address(),
                    status,
                    bytesIn,
                    bytesOut,
                    micros,
                    last == null ? null : last.key(),
                    attempts,
                    outcome));
        }
    }

    private void closeRelay() {
        if (response != null) {
            response.close();
            response = null;
        }
    }

    private void dropReplay() {
        replayable = false;
        Buffers.release(replay);
        replay = null;
    }

    private void progress() {
        timeouts.progressed(loop.tick());
    }
}
