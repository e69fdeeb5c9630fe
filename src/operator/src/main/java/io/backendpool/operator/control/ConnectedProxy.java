package io.backendpool.operator.control;

import io.backendpool.control.ProxyStatus;
import io.backendpool.control.Revision;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the operator knows of one connected proxy at one moment.
 *
 * @param proxy its name, unique in its pool
 * @param version of its software
 * @param connectedAt when its stream was accepted
 * @param acked the newest revision that it has acknowledged; null: none yet
 * @param ackTook from publishing the oldest change that {@code acked} brought to its acknowledgement; null where the proxy
 *     had it before it connected
 * @param behindSince when the oldest change was published that it has not acknowledged; null: it runs what is published
 * @param rejection the newest revision that it refused, while it has acknowledged no later one
 * @param status its last report; {@link ProxyStatus#NONE} before the first
 */
public record ConnectedProxy(
        String proxy,
        String version,
        Instant connectedAt,
        @Nullable Revision acked,
        @Nullable Duration ackTook,
        @Nullable Instant behindSince,
        @Nullable Rejection rejection,
        ProxyStatus status) {

    /**
     * A Nack.
     *
     * @param revision what was refused
     * @param reason why, for people
     */
    public record Rejection(Revision revision, String reason) {}
}
