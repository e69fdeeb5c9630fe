package io.backendpool.operator.control;

import java.time.Duration;

/**
 * How long seats wait for proxies, so that what soon passes moves no proxy's part of the backends.
 *
 * @param comeback so long a proxy that lost its connection has its seat for itself, and so long the first seats of a pool
 *     wait for proxies that had one from an operator before; above the longest wait of a proxy between two dials
 * @param patience so long the number of seats waits before it follows the number of proxies, {@code comeback} or more; a
 *     proxy that replaces another is here for less than that beside it
 */
public record SeatTimes(Duration comeback, Duration patience) {
    /** 10 s and a minute. */
    public static final SeatTimes USUAL = new SeatTimes(Duration.ofSeconds(10), Duration.ofMinutes(1));

    public SeatTimes {
        if (!comeback.isPositive() || patience.compareTo(comeback) < 0) {
            throw new IllegalArgumentException(
                    "control.seats: comeback %s, patience %s (expected: above 0, and patience not below comeback)"
                            .formatted(comeback, patience));
        }
    }
}
