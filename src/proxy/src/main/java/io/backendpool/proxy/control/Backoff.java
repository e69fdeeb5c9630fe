package io.backendpool.proxy.control;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next dial: doubles from {@code first} to {@code max}, and is drawn between half of that and
 * all of it, so that the proxies of an operator that comes back do not all dial at once. One thread.
 */
final class Backoff {
    static final Duration FIRST = Duration.ofMillis(100);
    static final Duration MAX = Duration.ofSeconds(5);

    private final long firstNanos;
    private final long maxNanos;
    private final RandomGenerator random;
    private long nextNanos;

    Backoff(Duration first, Duration max, RandomGenerator random) {
        this.firstNanos = first.toNanos();
        this.maxNanos = max.toNanos();
        this.random = random;
        this.nextNanos = firstNanos;
    }

    /** The wait before the next dial. */
    Duration next() {
        long ceiling = nextNanos;
        nextNanos = Math.min(maxNanos, ceiling * 2);
        return Duration.ofNanos(random.nextLong(ceiling / 2, ceiling + 1));
    }

    /** A dial has succeeded. */
    void reset() {
        nextNanos = firstNanos;
    }
}
