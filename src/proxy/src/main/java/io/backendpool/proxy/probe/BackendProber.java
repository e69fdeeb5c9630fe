package io.backendpool.proxy.probe;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Asks one backend one thing until it is stopped: the first time as soon as there is a slot, then from start to start an
 * interval apart. Confined to one event loop.
 *
 * <p>The first interval is cut short, for each prober by another part: so those that began together, as all backends of a
 * new pool do, are spread over the interval from then on. Jitter keeps the proxies of a pool from asking in step.
 */
final class BackendProber<R> {
    /** What all probers of a proxy share. */
    record Means(Asker asker, ProbeTimer timer, ProbeSlots slots, LongSupplier nanoClock, RandomGenerator random) {}

    /**
     * How often it asks.
     *
     * @param interval looked up after each answer
     * @param jitterPercent so much of the interval is added to it at random, at most
     * @param first the part of the first interval that is waited for, above 0, to 1
     */
    record Pace(Supplier<Duration> interval, int jitterPercent, double first) {}

    private final Means means;
    private final Inquiry<R> inquiry;
    private final Pace pace;
    private final Consumer<R> answer;
    private ProbeTimer.@Nullable Due next;
    private boolean again;
    private boolean stopped;

    /**
     * Asks nothing yet.
     *
     * @param answer told each time, before the next interval is looked up
     */
    BackendProber(Means means, Inquiry<R> inquiry, Pace pace, Consumer<R> answer) {
        this.means = means;
        this.inquiry = inquiry;
        this.pace = pace;
        this.answer = answer;
    }

    void start() {
        next = null;
        means.slots().acquire(this::ask);
    }

    /** No answer is told after this, not even one that is under way. */
    void stop() {
        stopped = true;
        if (next != null) {
            next.cancel();
            next = null;
        }
    }

    private void ask() {
        if (stopped) {
            means.slots().release();
            return;
        }
        long started = means.nanoClock().getAsLong();
        means.asker().ask(inquiry, result -> told(result, started), means.slots()::release);
    }

    private void told(R result, long started) {
        if (stopped) {
            return;
        }
        answer.accept(result);
        if (!stopped) {
            long elapsed = means.nanoClock().getAsLong() - started;
            next = means.timer().in(gap() - elapsed, this::start);
        }
    }

    /** Nanoseconds from the last start to the next. */
    private long gap() {
        double nanos = pace.interval().get().toNanos();
        if (again) {
            return (long)
                    (nanos * (1 + pace.jitterPercent() / 100.0 * means.random().nextDouble()));
        }
        again = true;
        return (long) (nanos * pace.first());
    }
}
