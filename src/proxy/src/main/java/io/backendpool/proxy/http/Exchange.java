package io.backendpool.proxy.http;

import io.backendpool.proxy.traffic.AccessLog;
import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.upstream.UnprocessedException;
import io.backendpool.proxy.upstream.Upstream;
import io.backendpool.proxy.upstream.UpstreamLink;
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
public final class Exchange implements UpstreamReceiver {
    private enum Phase {
        CONNECTING,
        AWAITING,
        RESPONDING,
        ENDED
    }

    /** Requests are sent again after they reached a backend at most this often, so that one that kills backends stops. */
    private static final int MAX_RESENDS = 2;

    private final HttpLoop loop;
    private final Downstream client;
    private final RequestFacts facts;
    private BodyFraming requestBody;
    private final long startNanos;
    private final int startTick;
    private final @Nullable ByteBuf head;
    private @Nullable ByteBuf replay;
    private boolean replayable = true;
    private Phase phase = Phase.CONNECTING;
    private @Nullable UpstreamLink upstream;
    private @Nullable Upstream last;
    private @Nullable Relay response;
    private List<Upstream> tried = List.of();
    private String lastFailure = "";
    private int attempts;
    private int resends;
    private int progressTick;
    private long bytesIn;
    private int status;
    private boolean byProxy;
    /** The response switched protocols: bytes pass both ways until both have ended. */
    private boolean tunnel;
    /** When it was seen that its backend has left the pool; 0: it has not. */
    private int removedTick;

    private boolean clientEnded;
    private boolean backendEnded;

    /** Takes over {@code head}, the head as it is sent to the backend. */
    private Exchange(HttpLoop loop, Downstream client, RequestFacts facts, BodyFraming requestBody, ByteBuf head) {
        this.loop = loop;
        this.client = client;
        this.facts = facts;
        this.requestBody = requestBody;
        this.head = head;
        this.startNanos = loop.traffic().now();
        this.startTick = loop.tick();
        this.progressTick = startTick;
    }

    /** Begins the exchange that {@code head} asks for; sends nothing yet. */
    static Exchange begin(HttpLoop loop, Downstream client, RequestHead head) {
        ByteBuf edited =
                loop.editor().request(client.allocator(), head, client.addressBytes(), client.localAuthority());
        BodyFraming body = BodyFraming.ofRequest(head, loop.limits().maxHeadBytes());
        RequestFacts facts = RequestFacts.of(
                head, loop.accessLog() == null ? null : loop.editor().forLog(head));
        return new Exchange(loop, client, facts, body, edited);
    }

    /** The request has been taken whole. */
    public boolean requestComplete() {
        return requestBody.done();
    }

    /** More of the request's body can be taken without holding too much. */
    public boolean canTakeBody() {
        UpstreamLink connection = upstream;
        if (connection != null) {
            return connection.isWritable();
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
        ByteBuf data = in.readRetainedSlice(taken);
        if (upstream == null) {
            replay = Buffers.join(client.allocator(), replay, data);
            return;
        }
        // More than the first part has been sent: it could not be sent again whole.
        dropReplay();
        upstream.write(data);
    }

    /** Chooses a backend and sends what is here of the request. */
    public void tryNextBackend() {
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
        UpstreamLink idle = mayReuse ? chosen.takeIdle(this) : null;
        if (idle != null) {
            send(idle);
        } else {
            chosen.connect(this);
        }
    }

    private void send(UpstreamLink connection) {
        upstream = connection;
        phase = Phase.AWAITING;
        progress();
        response = client.relay(facts);
        connection.upstream().traffic().started(loop.traffic().now());
        if (head != null) {
            connection.write(head.retainedDuplicate());
        }
        if (replay != null) {
            connection.write(replay.retainedDuplicate());
        }
    }

    public void flushUpstream() {
        if (upstream != null) {
            upstream.flush();
        }
    }

    @Override
    public void upstreamConnected(UpstreamLink connection) {
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
            case MALFORMED -> {
                String reason = "the backend sent no valid response: " + relay.problem();
                fail(new Reply(502, "http_protocol_error", reason), Outcome.BACKEND_FAILED);
            }
        }
    }

    /** The final response's head has gone to the client: nothing can be sent again, nor answered otherwise. */
    private void respond(Relay relay) {
        if (phase == Phase.AWAITING) {
            phase = Phase.RESPONDING;
            status = relay.status();
            dropReplay();
            if (status == 101) {
                openTunnel();
            }
        }
    }

    private void openTunnel() {
        tunnel = true;
        requestBody = BodyFraming.tunnel();
        if (upstream != null) {
            upstream.tunnel();
        }
        client.requestWanted();
        flushUpstream();
    }

    /** The client sends no more. In a tunnel that is the end of one direction only; else false: nothing was done. */
    public boolean clientInputEnded() {
        if (!tunnel || upstream == null) {
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
        if (!tunnel) {
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
        gone.upstream().traffic().ended(status);
        String how = cause == null ? "connection closed" : Failures.describe(cause);
        boolean unprocessed = cause instanceof UnprocessedException;
        if (phase == Phase.AWAITING && !relay.sawBytes() && mayResend(unprocessed)) {
            resend(gone, how);
            return;
        }
        String when = relay.sawBytes() ? "in the middle of the response" : "before the response";
        String reason = "the backend failed %s: %s".formatted(when, how);
        fail(new Reply(502, "connection_terminated", reason), Outcome.BACKEND_FAILED);
    }

    /** RFC 9110, 9.2.2: only what may happen twice is sent twice, and only what is still here as a whole. */
    private boolean mayResend(boolean unprocessed) {
        return (facts.idempotent() || unprocessed) && replayable && requestBody.done() && resends < MAX_RESENDS;
    }

    private void resend(UpstreamLink gone, String how) {
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

    private void complete(Relay relay) {
        UpstreamLink connection = upstream;
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
    public void clientGone() {
        if (phase != Phase.ENDED) {
            dropUpstream();
            finished(Outcome.CLIENT_GONE);
        }
    }

    private void dropUpstream() {
        UpstreamLink connection = upstream;
        upstream = null;
        if (connection != null) {
            connection.upstream().traffic().ended(phase == Phase.RESPONDING ? status : 0);
            connection.close();
        }
    }

    /** Called about every 100 ms. */
    public void onTick(int now) {
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
                if (tunnel && lateAtRemovedBackend(now)) {
                    timeout(Limit.REMOVED_BACKEND_TIMEOUT, "the backend has left the pool");
                } else if (still > ticks.streamIdle()) {
                    loop.traffic().limitHit(Limit.STREAM_IDLE_TIMEOUT);
                    Outcome outcome = client.isWritable() ? Outcome.BACKEND_TIMEOUT : Outcome.CLIENT_GONE;
                    fail(new Reply(504, "http_response_timeout", "the response does not move"), outcome);
                }
            }
            case ENDED -> {}
        }
    }

    /** A tunnel's backend has left the pool, and the tunnel had as long as a response may take to end by itself. */
    private boolean lateAtRemovedBackend(int now) {
        if (last == null || !last.isRemoved()) {
            return false;
        }
        if (removedTick == 0) {
            removedTick = now;
        }
        return now - removedTick > loop.ticks().response();
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
        Relay relay = response;
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
