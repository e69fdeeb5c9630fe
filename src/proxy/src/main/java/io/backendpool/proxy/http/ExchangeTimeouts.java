package io.backendpool.proxy.http;

import io.backendpool.proxy.traffic.Limit;
import io.backendpool.proxy.traffic.Outcome;
import io.backendpool.proxy.upstream.LoopPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long one exchange may wait for what, in ticks of its loop. All waits that are not limited elsewhere (connect, queue):
 *
 * <pre>
 *   head of request          its end                      head of response          its end
 *    |------ stream idle ------|--------- request -----------|------ stream idle ------|
 *    |                         |-- try --|  |----- try ------|
 *    |--------- the client's own limit (grpc-timeout) -------|
 * </pre>
 *
 * <p>Says which limit is over; what follows is for the {@link Exchange} to do. Asks for the policy each time, for one of these
 * is made for every request, and each field makes it larger. Event loop only.
 */
final class ExchangeTimeouts {
    /** Longer than any exchange takes. */
    private static final int NEVER = Integer.MAX_VALUE / 2;

    /** A limit that is over: how it is counted, and how the exchange ends if nothing saves it. */
    enum Expired {
        BACKEND_REMOVED(Limit.DRAIN_DEADLINE, Outcome.BACKEND_TIMEOUT),
        /** How short it was, the client has chosen: that says nothing of the backend. */
        CLIENTS_OWN(Limit.GRPC_TIMEOUT, Outcome.CLIENT_GONE),
        CONNECTION(Limit.RESPONSE_TIMEOUT, Outcome.BACKEND_TIMEOUT),
        RESPONSE(Limit.RESPONSE_TIMEOUT, Outcome.BACKEND_TIMEOUT),
        TRY(Limit.TRY_TIMEOUT, Outcome.BACKEND_TIMEOUT),
        REQUEST_NOT_SENT(Limit.STREAM_IDLE_TIMEOUT, Outcome.REFUSED),
        REQUEST_NOT_READ(Limit.STREAM_IDLE_TIMEOUT, Outcome.BACKEND_TIMEOUT),
        RESPONSE_NOT_SENT(Limit.STREAM_IDLE_TIMEOUT, Outcome.BACKEND_TIMEOUT),
        RESPONSE_NOT_READ(Limit.STREAM_IDLE_TIMEOUT, Outcome.CLIENT_GONE);

        final Limit limit;
        final Outcome outcome;

        Expired(Limit limit, Outcome outcome) {
            this.limit = limit;
            this.outcome = outcome;
        }

        /** What the client is told, if it was answered nothing yet. */
        Reply reply(LoopPolicy policy, Downstream client) {
            return switch (this) {
                case BACKEND_REMOVED ->
                    new Reply(
                            503,
                            "destination_unavailable",
                            "the backend left the pool, and the time to finish is over");
                case CLIENTS_OWN ->
                    late("no answer within grpc-timeout, " + text(Duration.ofMillis(client.timeLimitMillis())));
                case CONNECTION ->
                    late("no connection to a backend within "
                            + text(policy.source().timeouts().request()));
                case RESPONSE ->
                    late("the backend did not answer within "
                            + text(policy.source().timeouts().request()));
                case TRY -> {
                    Duration perTry = policy.retries().perTryTimeout();
                    yield late("the backend did not answer within " + (perTry == null ? "its time" : text(perTry)));
                }
                case REQUEST_NOT_SENT -> Reply.refused(408, "the request's body did not come in time");
                case REQUEST_NOT_READ -> late("the backend does not read the request");
                case RESPONSE_NOT_SENT, RESPONSE_NOT_READ -> late("the response does not move");
            };
        }

        private static Reply late(String reason) {
            return new Reply(504, "http_response_timeout", reason);
        }
    }

    /** The tick after which the client does not wait any more for the head of the response. */
    private final int clientsLastTick;
    /** When anything last moved, either way. */
    private int progressTick;
    /** When the request had been read whole; until then when its head had. */
    private int requestTick;
    /** When the try under way began to be waited for. */
    private int tryTick;

    /**
     * Of an exchange that begins.
     *
     * @param clientMillis what the client itself gives the backend to begin its answer; 0: it does not say
     */
    ExchangeTimeouts(int now, long clientMillis) {
        clientsLastTick = now + (clientMillis == 0 ? NEVER : LoopPolicy.ticks(clientMillis));
        progressTick = now;
        requestTick = now;
    }

    void progressed(int now) {
        progressTick = now;
    }

    void requestRead(int now) {
        requestTick = now;
        tryTick = now;
    }

    void tryBegan(int now) {
        progressTick = now;
        tryTick = now;
    }

    /** There is no try under way; {@code wantsBody}: more of the request's body can be taken. */
    @Nullable
    Expired beforeTry(int now, LoopPolicy policy, boolean requestRead, boolean wantsBody) {
        if (isClientsOver(now)) {
            return Expired.CLIENTS_OWN;
        }
        if (requestRead) {
            return isRequestOver(now, policy) ? Expired.CONNECTION : null;
        }
        // Without room for the body, what is waited for is a connection, which has limits of its own.
        return wantsBody && isIdle(now, policy) ? Expired.REQUEST_NOT_SENT : null;
    }

    /** Nothing of the final response has come; {@code wantsBody}: more of the request's body can be taken. */
    @Nullable
    Expired beforeResponse(int now, LoopPolicy policy, boolean requestRead, boolean wantsBody) {
        if (isClientsOver(now)) {
            return Expired.CLIENTS_OWN;
        }
        if (!requestRead) {
            Expired slow = wantsBody ? Expired.REQUEST_NOT_SENT : Expired.REQUEST_NOT_READ;
            return isIdle(now, policy) ? slow : null;
        }
        if (isRequestOver(now, policy)) {
            return Expired.RESPONSE;
        }
        return policy.tryTicks() > 0 && now - tryTick > policy.tryTicks() ? Expired.TRY : null;
    }

    /** The response is being passed on; {@code clientReads}: more of it can be written to the client. */
    @Nullable
    Expired inResponse(int now, LoopPolicy policy, boolean clientReads) {
        Expired slow = clientReads ? Expired.RESPONSE_NOT_SENT : Expired.RESPONSE_NOT_READ;
        return isIdle(now, policy) ? slow : null;
    }

    private boolean isClientsOver(int now) {
        return now - clientsLastTick > 0;
    }

    private boolean isRequestOver(int now, LoopPolicy policy) {
        return now - requestTick > policy.requestTicks();
    }

    private boolean isIdle(int now, LoopPolicy policy) {
        return now - progressTick > policy.streamTicks();
    }

    /** For people: {@code 5 s}, {@code 250 ms}. */
    static String text(Duration wait) {
        long millis = wait.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }
}
