package io.backendpool.proxy.http;

import io.backendpool.pool.BackendKey;
import io.backendpool.proxy.traffic.AccessRecord;
import io.backendpool.proxy.traffic.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * What must be known of a request after its head is gone.
 *
 * @param isHead the response has no body
 * @param idempotent it may be sent twice
 * @param version11 the client speaks HTTP/1.1, not 1.0
 * @param keepAlive the client wants to use its connection again
 * @param upgrade it asks for a WebSocket
 * @param forLog what the access log wants; null: there is none
 */
public record RequestFacts(
        boolean isHead,
        boolean idempotent,
        boolean version11,
        boolean keepAlive,
        boolean upgrade,
        @Nullable ForLog forLog) {

    /**
     * What the access log wants.
     *
     * @param client as trusted proxies tell it; null: who has connected
     */
    public record ForLog(long startMillis, @Nullable String client, String method, String target, String requestId) {}

    private static final ForLog UNKNOWN = new ForLog(0, null, "", "", "");

    static RequestFacts of(RequestHead head, @Nullable ForLog forLog) {
        return new RequestFacts(head.isHead, head.idempotent, head.version11, head.keepAlive(), head.upgrade, forLog);
    }

    AccessRecord toRecord(
            String client,
            int status,
            long bytesIn,
            long bytesOut,
            long micros,
            @Nullable BackendKey backend,
            int attempts,
            Outcome outcome) {
        ForLog log = forLog == null ? UNKNOWN : forLog;
        return new AccessRecord(
                log.startMillis,
                log.client == null ? client : log.client,
                log.method,
                log.target,
                log.requestId,
                status,
                bytesIn,
                bytesOut,
                micros,
                backend,
                attempts,
                outcome);
    }
}
