package io.backendpool.operator.standalone;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Waits between restarts: doubled after each crash, with jitter, so that what crashes together does not return together. */
record Backoff(Duration first, Duration longest, Duration resetAfter) {
    static final Backoff OF_PROXIES =
            new Backoff(Duration.ofMillis(250), Duration.ofSeconds(30), Duration.ofMinutes(1));

    /** The wait after {@code crashes} crashes in a row (1 or more): half of the step to all of it. */
    Duration after(int crashes, RandomGenerator random) {
        long step = Math.min(longest.toMillis(), first.toMillis() << Math.min(crashes - 1, 20));
        return Duration.ofMillis(step / 2 + random.nextLong(step / 2 + 1));
    }
}
