package io.backendpool.proxy.probe;

import io.backendpool.pool.BackendKey;
import io.backendpool.pool.HealthCheck;
import io.backendpool.proxy.tls.BackendTls;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Probes one backend by one health check until it is stopped: the first time as soon as there is a slot, then at every
 * interval, from start to start, give or take a tenth, so that many proxies do not probe in step. Confined to one event
 * loop.
 */
final class BackendProber {
    /** What all probers of a proxy share. */
    record Means(Vertx vertx, ProbeClient client, ProbeSlots slots, LongSupplier nanoClock, RandomGenerator random) {}

    private static final double JITTER = 0.1;
    private static final long NO_TIMER = -1;

    private final Means means;
    private final BackendKey backend;
    private final HealthCheck check;
    private final @Nullable BackendTls tls;
    private final BiConsumer<HealthCheck, ProbeResult> outcome;
    private long timer = NO_TIMER;
    private boolean stopped;

    BackendProber(
            Means means,
            BackendKey backend,
            HealthCheck check,
            @Nullable BackendTls tls,
            BiConsumer<HealthCheck, ProbeResult> outcome) {
        this.means = means;
        this.backend = backend;
        this.check = check;
        this.tls = tls;
        this.outcome = outcome;
    }

    HealthCheck check() {
        return check;
    }

    /** What HTTP probes are sent in; null: plain text. */
    @Nullable
    BackendTls tls() {
        return tls;
    }

    void start() {
        means.slots().acquire(this::probe);
    }

    /** No outcome is told after this, not even that of a probe under way. */
    void stop() {
        stopped = true;
        if (timer != NO_TIMER) {
            means.vertx().cancelTimer(timer);
        }
    }

    private void probe() {
        if (stopped) {
            means.slots().release();
            return;
        }
        long started = means.nanoClock().getAsLong();
        means.client().probe(backend, check, tls).onComplete(ended -> {
            means.slots().release();
            if (stopped) {
                return;
            }
            scheduleNext(started);
            outcome.accept(check, ended.result());
        });
    }

    private void scheduleNext(long started) {
        long elapsed = means.nanoClock().getAsLong() - started;
        long delay = jittered(check.interval(), means.random()) - elapsed;
        timer = means.vertx().setTimer(Math.max(1, delay / 1_000_000), fired -> {
            timer = NO_TIMER;
            start();
        });
    }

    /** {@code interval} plus or minus up to a tenth of it, in nanoseconds. */
    static long jittered(Duration interval, RandomGenerator random) {
        double factor = 1 - JITTER + 2 * JITTER * random.nextDouble();
        return (long) (interval.toNanos() * factor);
    }
}
