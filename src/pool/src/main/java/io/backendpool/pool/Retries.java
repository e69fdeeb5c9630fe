package io.backendpool.pool;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When a request that reached a backend is sent to another one. A request of which no byte was sent is tried elsewhere in
 * any case, and at no cost; one that is not idempotent (RFC 9110, 9.2.2) is never sent twice.
 *
 * @param attempts how often one request is sent again at most, 0 to 10
 * @param on which failures are tried again
 * @param statuses responses that are tried again, too, as long as there is an attempt left
 * @param perTryTimeout from the end of the request to the head of the response of one try; null: only
 *     {@link Timeouts#request} counts
 * @param budgetPercent of the requests under way of a proxy, how many may be retries, 0 to 100; three are always allowed
 */
public record Retries(
        int attempts,
        Set<On> on,
        List<StatusRange> statuses,
        @Nullable Duration perTryTimeout,
        int budgetPercent) {
    public static final int MAX_ATTEMPTS = 10;

    public static final Retries DEFAULT = new Retries(2, EnumSet.of(On.RESET), List.of(), null, 20);

    /** A failure of a try. */
    public enum On {
        /** The connection ended before a byte of the response. */
        RESET,
        /** The try took longer than {@code perTryTimeout}. */
        TIMEOUT
    }

    public Retries {
        on = Set.copyOf(on);
        statuses = List.copyOf(statuses);
        Require.inRange("retries.attempts", attempts, 0, MAX_ATTEMPTS);
        Require.inRange("retries.budgetPercent", budgetPercent, 0, 100);
        if (perTryTimeout != null && perTryTimeout.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("retries.perTryTimeout: " + perTryTimeout + " (expected: at least 1ms)");
        }
        if (on.contains(On.TIMEOUT) && perTryTimeout == null) {
            throw new IllegalArgumentException(
                    "retries.perTryTimeout: absent (expected: a duration, for retryOn names Timeout)");
        }
    }

    /** Whether a response with {@code status} is one to try again. */
    public boolean retriesStatus(int status) {
        for (StatusRange range : statuses) {
            if (range.contains(status)) {
                return true;
            }
        }
        return false;
    }
}
