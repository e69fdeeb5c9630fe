package io.backendpool.proxy.traffic;

import io.backendpool.pool.BackendKey;
import org.jspecify.annotations.Nullable;

/**
 * One request, as the access log tells it.
 *
 * @param startMillis when its head was read, in milliseconds since 1970
 * @param client the address that connected
 * @param method as it came
 * @param target as it came, without what follows '?': queries carry secrets
 * @param requestId the X-Request-Id that the backend saw
 * @param status what the client was answered; 0: nothing
 * @param bytesIn of the request's body, with its framing
 * @param bytesOut of the response's body, with its framing
 * @param durationMicros head read to response end written
 * @param backend that answered or was tried last; null: none
 * @param attempts backends that were tried
 * @param outcome how it ended
 */
public record AccessRecord(
        long startMillis,
        String client,
        String method,
        String target,
        String requestId,
        int status,
        long bytesIn,
        long bytesOut,
        long durationMicros,
        @Nullable BackendKey backend,
        int attempts,
        Outcome outcome) {}
