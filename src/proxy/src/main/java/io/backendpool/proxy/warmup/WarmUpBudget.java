package io.backendpool.proxy.warmup;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How much is sent, by all clients together, and for how long. Any thread. */
final class WarmUpBudget {
    /** The number of no request: it is enough. */
    static final int ENOUGH = -1;

    /** A cold, busy machine may take this many times the limit. */
    private static final int PATIENCE = 3;

    private final int requests;
    private final Duration limit;
    private final long startNanos = System.nanoTime();
    /** When to give up, however slow the machine is. */
    private final long lastNanos;
    /** When it is enough; set by the first answer, because until then classes are loaded and nothing is warmed. */
    private final AtomicLong enoughNanos;

    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();

    /**
     * Begins now.
     *
     * @param requests how many to send at most
     * @param limit how long to go on after the first answer; in all it may take three times as long
     */
    WarmUpBudget(int requests, Duration limit) {
        this.requests = requests;
        this.limit = limit;
        this.lastNanos = startNanos + limit.multipliedBy(PATIENCE).toNanos();
        this.enoughNanos = new AtomicLong(lastNanos);
    }

    /** The number of the next request to send, or {@link #ENOUGH}. */
    int next() {
        int number = begun.getAndIncrement();
        return number >= 0 && number < requests && System.nanoTime() - enoughNanos.get() < 0 ? number : ENOUGH;
    }

    /** A request was answered. */
    void answered() {
        if (answered.incrementAndGet() == 1) {
            enoughNanos.accumulateAndGet(System.nanoTime() + limit.toNanos(), (last, first) -> Math.min(last, first));
        }
    }

    /** How long it may take from now on, in milliseconds, at least 1: a client that hears nothing ends then. */
    long millisLeft() {
        return Math.max(1, (lastNanos - System.nanoTime()) / 1_000_000);
    }

    int answers() {
        return answered.get();
    }

    int requests() {
        return requests;
    }

    Duration since() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }
}
