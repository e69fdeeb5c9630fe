package io.backendpool.proxy.probe;

import io.backendpool.pool.HealthCheck;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bounds how many probes are under way at once; the rest wait their turn, first come first served. Confined to one thread.
 *
 * <p>{@link #MIN_SLOTS} are always there: where backends answer, they are soon free again, and go through a large pool as
 * fast as it answers. Where backends hang, more are needed to keep the intervals. Those are given out as far as fewer probes
 * start than come due, and only while this thread is on time: where it is late, it is the proxy that is slow, and the
 * more probes shared it, the more of them would time out for no fault of their backends.
 */
final class ProbeSlots {
    /** Enough for a pool of a common size to be probed at once. */
    static final int MIN_SLOTS = 64;

    /** Probes start by so much faster than they come due, so that a delay is made up for. */
    private static final double HURRY = 1.25;

    /** Extra slots are given out so often at most, in nanoseconds. */
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(1);

    /** A thread that does so late what is due, in nanoseconds, has enough to do. */
    private static final long LATE = TimeUnit.MILLISECONDS.toNanos(5);

    private final ProbeTimer timer;
    private final LongSupplier nanoClock;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int slots = MIN_SLOTS;
    private int taken;
    private boolean serving;

    /** Nanoseconds from one start to the next. */
    private double gap = TICK;

    /** So many probes might have started by now and have not; below 0: so many more have. */
    private double behind;

    private long counted;

    private boolean ticking;

    /** Has {@link #MIN_SLOTS}. */
    ProbeSlots(ProbeTimer timer, LongSupplier nanoClock) {
        this.timer = timer;
        this.nanoClock = nanoClock;
        this.counted = nanoClock.getAsLong();
    }

    /** Makes room for a pool of so many {@code backends}: as much as is needed when all of them hang. */
    void resize(HealthCheck check, int backends) {
        double aSecond = backends / seconds(min(check.interval(), check.unhealthyInterval()));
        double needed = aSecond * seconds(check.timeout());
        HealthCheck.Agent agent = check.agent();
        if (agent != null) {
            double asked = backends / seconds(agent.interval());
            aSecond += asked;
            needed += asked * seconds(agent.timeout());
        }
        slots = (int) Math.min(Integer.MAX_VALUE, Math.max(MIN_SLOTS, Math.ceil(needed)));
        count(1);
        gap = TimeUnit.SECONDS.toNanos(1) / (Math.max(1, aSecond) * HURRY);
        serve();
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    /** Runs {@code start} at once or, where no slot is free, when one becomes so. It must {@link #release} later. */
    void acquire(Runnable start) {
        waiting.add(start);
        serve();
    }

    void release() {
        taken--;
        serve();
    }

    int waiting() {
        return waiting.size();
    }

    private void serve() {
        if (serving) {
            // One that is over as soon as it starts, as those of a stopped prober are: the loop under way goes on.
            return;
        }
        serving = true;
        try {
            while (!waiting.isEmpty() && isFree()) {
                taken++;
                waiting.remove().run();
            }
        } finally {
            serving = false;
        }
        if (!waiting.isEmpty() && taken < slots) {
            tickLater();
        }
    }

    private boolean isFree() {
        if (taken < MIN_SLOTS) {
            count(1);
        } else if (taken >= slots || behind < 1) {
            return false;
        }
        behind = Math.max(-MIN_SLOTS, behind - 1);
        return true;
    }

    /** Counts what has come due since it was counted last, up to {@code most}: the rest is not saved for a burst. */
    private void count(double most) {
        long now = nanoClock.getAsLong();
        behind = Math.min(most, behind + (now - counted) / gap);
        counted = now;
    }

    private void tickLater() {
        if (ticking) {
            return;
        }
        ticking = true;
        count(1);
        long due = counted + Math.max(TICK, (long) Math.ceil(gap * (1 - behind)));
        timer.in(due - counted, () -> {
            ticking = false;
            count(nanoClock.getAsLong() - due > LATE ? 0 : Double.MAX_VALUE);
            serve();
        });
    }
}
