package io.backendpool.proxy.http;

import io.backendpool.proxy.traffic.AccessLog;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.upstream.Upstream;
import io.backendpool.proxy.upstream.UpstreamConnection;
import io.backendpool.proxy.upstream.UpstreamReceiver;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ConnectTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response: chooses a backend, sends the request, retries where that is safe, and passes the response
 * on. Event loop only. What clients are told of a failure names no backend's address, since clients may be anybody; the
 * access log has it.
 *
 * <pre>
 *   CONNECTING -> AWAITING -> RESPONDING -> ENDED
 *        ^------------'  retry: no byte of a response was seen
 * </pre>
 */
final class Exchange implements UpstreamReceiver {
    private enum Phase {
        CONNECTING,
        AWAITING,
        RESPONDING,
        ENDED
    }

    /** Requests are sent again after they reached a backend at most this often, so that one that kills backends stops. */
    private static final int MAX_RESENDS = 2;

    private final HttpLoop loop;
    private final ClientConnection client;
    private final RequestFacts facts;
    private final BodyFraming requestBody;
    private final long startNanos;
    private final int startTick;
    private final @Nullable ByteBuf head;
    private @Nullable ByteBuf replay;
    private boolean replayable = true;
    private Phase phase = Phase.CONNECTING;
    private @Nullable UpstreamConnection upstream;
    private @Nullable Upstream last;
    private @Nullable ResponseRelay response;
    private List<Upstream> tried = List.of();
    private String lastFailure = "";
    private int attempts;
    private int resends;
    private int progressTick;
    private long bytesIn;
    private int status;
    private boolean byProxy;

    /** Takes over {@code head}, the head as it is sent to the backend. */
    Exchange(HttpLoop loop, ClientConnection client, RequestFacts facts, BodyFraming requestBody, ByteBuf head) {
        this.loop = loop;
        this.client = client;
        this.facts = facts;
        this.requestBody = requestBody;
        this.head = head;
        this.startNanos = loop.traffic().now();
        this.startTick = loop.tick();
        this.progressTick = startTick;
    }

    boolean requestComplete() {
        return requestBody.done();
    }

    /** More of the request's body can be taken without holding too much. */
    boolean canTakeBody() {
        UpstreamConnection connection = upstream;
        if (connection != null) {
            return connection.isWritable();
        }
        return replay == null || replay.readableBytes() < loop.limits().maxReplayBytes();
    }

    /** Takes from {@code in} what belongs to the request's body. */
    void takeBody(ByteBuf in) {
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
        ByteBuf data = taken == in.readableBytes() ? client.handOverInput() : in.readRetainedSlice(taken);
        if (upstream == null) {
            replay = Buffers.join(client.allocator(), replay, data);
            return;
        }
        // More than the first part has been sent: it could not be sent again whole.
        dropReplay();
        upstream.write(data);
    }

    void tryNextBackend() {
        Upstream chosen = loop.upstreams().choose(tried);
        if (chosen == null) {
            noBackendLeft();
            return;
        }
        attempt(chosen, true);
    }

    private void attempt(Upstream chosen, boolean mayReuse) {
        if (attempts++ > 0) {
            loop.traffic().retried();
        }
        last = chosen;
        phase = Phase.CONNECTING;
        UpstreamConnection idle = mayReuse ? chosen.takeIdle(this) : null;
        if (idle != null) {
            send(idle);
        } else {
            chosen.connect(this);
        }
    }

    private void send(UpstreamConnection connection) {
        upstream = connection;
        phase = Phase.AWAITING;
        progress();
        response = new ResponseRelay(loop, client, facts);
        connection.upstream().traffic().started(loop.traffic().now());
        if (head != null) {
            // An earlier try may have written it, and moved its index.
            connection.write(head.readerIndex(0).retain());
        }
        if (replay != null) {
            connection.write(replay.retainedDuplicate());
        }
    }

    void flushUpstream() {
        if (upstream != null) {
            upstream.flush();
        }
    }

    @Override
    public void upstreamConnected(UpstreamConnection connection) {
        if (phase == Phase.ENDED) {
            connection.release();
            return;
        }
        send(connection);
        client.requestWanted();
        flushUpstream();
    }

    @Override
    public void upstreamConnectFailed(Upstream target, Throwable cause) {
        loop.traffic().connectFailed();
        target.traffic().connectFailed();
        if (cause instanceof ConnectTimeoutException) {
            loop.traffic().limitHit(Limit.CONNECT_TIMEOUT);
        }
        if (phase == Phase.ENDED) {
            return;
        }
        exclude(target, Failures.describe(cause));
        tryNextBackend();
        flushUpstream();
    }

    private void exclude(Upstream target, String failure) {
        if (tried.isEmpty()) {
            tried = new ArrayList<>(4);
        }
        tried.add(target);
        lastFailure = failure;
    }

    private void noBackendLeft() {
        if (tried.isEmpty()) {
            String reason = loop.upstreams().unavailableReason();
            fail(new Reply(503, "destination_unavailable", reason), Outcome.NO_BACKEND);
            return;
        }
        String reason = "no backend could be reached: tried %d, the last was: %s".formatted(tried.size(), lastFailure);
        fail(new Reply(502, "connection_refused", reason), Outcome.CONNECT_FAILED);
    }

    @Override
    public void upstreamData(ByteBuf data) {
        ResponseRelay relay = response;
        if (relay == null) {
            data.release();
            return;
        }
        progress();
        ResponseRelay.Result result = relay.accept(data);
        if (relay.started()) {
            respond(relay);
        }
        switch (result) {
            case MORE -> pauseIfClientIsSlow();
            case COMPLETE -> complete(relay);
            case MALFORMED -> {
                String reason = "the backend sent no valid response: " + relay.problem();
                fail(new Reply(502, "http_protocol_error", reason), Outcome.BACKEND_FAILED);
            }
        }
    }

    /** The final response's head has gone to the client: nothing can be sent again, nor answered otherwise. */
    private void respond(ResponseRelay relay) {
        if (phase == Phase.AWAITING) {
            phase = Phase.RESPONDING;
            status = relay.status();
            dropReplay();
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

    void clientWritabilityChanged() {
        progress();
        if (upstream != null) {
            upstream.readable(client.isWritable());
        }
    }

    @Override
    public void upstreamClosed(@Nullable Throwable cause) {
        UpstreamConnection gone = upstream;
        ResponseRelay relay = response;
        if (gone == null || relay == null) {
            return;
        }
        if (phase == Phase.RESPONDING && cause == null && relay.endsWithConnection()) {
            relay.end();
            complete(relay);
            return;
        }
        upstream = null;
        gone.upstream().traffic().ended(status);
        String how = cause == null ? "connection closed" : Failures.describe(cause);
        if (phase == Phase.AWAITING && !relay.sawBytes() && mayResend()) {
            resend(gone, how);
            return;
        }
        String when = relay.sawBytes() ? "in the middle of the response" : "before the response";
        String reason = "the backend failed %s: %s".formatted(when, how);
        fail(new Reply(502, "connection_terminated", reason), Outcome.BACKEND_FAILED);
    }

    /** RFC 9110, 9.2.2: only what may happen twice is sent twice, and only what is still here as a whole. */
    private boolean mayResend() {
        return facts.idempotent() && replayable && requestBody.done() && resends < MAX_RESENDS;
    }

    private void resend(UpstreamConnection gone, String how) {
        resends++;
        closeRelay();
        if (gone.reused()) {
            // Most likely it was just being closed for idleness, and so may the other idle ones: a fresh one, there.
            attempt(gone.upstream(), false);
        } else {
            exclude(gone.upstream(), how);
            tryNextBackend();
        }
        flushUpstream();
    }

    private void complete(ResponseRelay relay) {
        UpstreamConnection connection = upstream;
        upstream = null;
        boolean wholeRequest = requestBody.done();
        if (connection != null) {
            connection.upstream().traffic().ended(status);
            if (wholeRequest && relay.connectionReusable()) {
                connection.release();
            } else {
                connection.close();
            }
        }
        finished(Outcome.ANSWERED);
        client.exchangeEnded(relay.keepClient() && wholeRequest);
    }

    /** Ends the exchange: with {@code reply} if nothing was answered yet, else by cutting the client's connection. */
    private void fail(Reply reply, Outcome outcome) {
        if (phase == Phase.ENDED) {
            return;
        }
        boolean answered = phase == Phase.RESPONDING;
        dropUpstream();
        boolean keep = facts.keepAlive() && requestBody.done();
        if (!answered) {
            status = reply.status();
            byProxy = true;
        }
        finished(outcome);
        if (answered) {
            client.cut();
        } else {
            client.reply(reply, facts.isHead(), keep);
        }
    }

    /** The client is gone or was given up: what the backend does is of no use to anyone. */
    void clientGone() {
        if (phase != Phase.ENDED) {
            dropUpstream();
            finished(Outcome.CLIENT_GONE);
        }
    }

    private void dropUpstream() {
        UpstreamConnection connection = upstream;
        upstream = null;
        if (connection != null) {
            connection.upstream().traffic().ended(phase == Phase.RESPONDING ? status : 0);
            connection.close();
        }
    }

    /** Called about every 100 ms. */
    void onTick(int now) {
        Ticks ticks = loop.ticks();
        int still = now - progressTick;
        switch (phase) {
            case CONNECTING -> {
                if (now - startTick > ticks.response()) {
                    timeout(
                            Limit.RESPONSE_TIMEOUT,
                            "no connection to a backend in time, the last try was " + lastFailure);
                }
            }
            case AWAITING -> awaitingTick(still, ticks);
            case RESPONDING -> {
                if (still > ticks.streamIdle()) {
                    loop.traffic().limitHit(Limit.STREAM_IDLE_TIMEOUT);
                    Outcome outcome = client.isWritable() ? Outcome.BACKEND_TIMEOUT : Outcome.CLIENT_GONE;
                    fail(new Reply(504, "http_response_timeout", "the response does not move"), outcome);
                }
            }
            case ENDED -> {}
        }
    }

    private void awaitingTick(int still, Ticks ticks) {
        if (requestBody.done() || !canTakeBody()) {
            if (still > ticks.response()) {
                String reason = "the backend did not answer within %d s"
                        .formatted(loop.limits().responseTimeout().toSeconds());
                timeout(Limit.RESPONSE_TIMEOUT, reason);
            }
        } else if (still > ticks.streamIdle()) {
            loop.traffic().limitHit(Limit.STREAM_IDLE_TIMEOUT);
            fail(Reply.refused(408, "the request's body did not come in time"), Outcome.REFUSED);
        }
    }

    private void timeout(Limit limit, String reason) {
        loop.traffic().limitHit(limit);
        fail(new Reply(504, "http_response_timeout", reason), Outcome.BACKEND_TIMEOUT);
    }

    /** The one place where the outcome of an exchange is known: counters, the access log, and what learns from outcomes. */
    private void finished(Outcome outcome) {
        phase = Phase.ENDED;
        ResponseRelay relay = response;
        long bytesOut = relay == null ? 0 : relay.bytes();
        closeRelay();
        dropReplay();
        Buffers.release(head);
        long now = loop.traffic().now();
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
        progressTick = loop.tick();
    }
}
