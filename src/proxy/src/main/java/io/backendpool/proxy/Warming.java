package io.backendpool.proxy;

import io.backendpool.pool.PoolSnapshot;
import io.backendpool.proxy.warmup.WarmUp;
import io.backendpool.proxy.warmup.WarmUpPlan;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * When which paths are warmed: those that the first pool uses, as soon as it is known. Until then, and where none comes
 * soon, those that most pools use; then what is left. Any thread.
 */
final class Warming {
    /** Waiting for an operator, the time is better used. */
    private static final Duration FOR_AN_OPERATOR = Duration.ofMillis(500);
    /** What is on disk is live before, on the slowest of machines too; unless it cannot be used. */
    private static final Duration FOR_A_FILE = Duration.ofSeconds(5);

    private final Function<WarmUpPlan, Future<WarmUp.Result>> warmUp;
    private final Consumer<String> done;
    private final List<String> told = new ArrayList<>();
    private @Nullable WarmUpPlan wanted;
    private WarmUpPlan warm = WarmUpPlan.NOTHING;
    private boolean running;
    private boolean ended;

    /**
     * Begins nothing yet.
     *
     * @param warmUp warms a plan
     * @param done told once how it went, when all that the first pool uses is warm, or could not be
     */
    Warming(Function<WarmUpPlan, Future<WarmUp.Result>> warmUp, Consumer<String> done) {
        this.warmUp = warmUp;
        this.done = done;
    }

    /**
     * Begins without a pool, where none comes in time.
     *
     * @param onDisk there is a last known good pool
     */
    void start(Vertx timer, boolean onDisk) {
        timer.setTimer((onDisk ? FOR_A_FILE : FOR_AN_OPERATOR).toMillis(), late -> poolIsLate());
    }

    /** No pool is known yet. */
    synchronized void poolIsLate() {
        if (wanted == null && !running) {
            run(WarmUpPlan.USUAL);
        }
    }

    /** The first pool is live; later ones change nothing. */
    synchronized void poolIsLive(PoolSnapshot snapshot) {
        if (wanted == null) {
            wanted = WarmUpPlan.of(snapshot);
            goOn();
        }
    }

    private void goOn() {
        if (running || wanted == null || ended) {
            return;
        }
        WarmUpPlan left = wanted.without(warm);
        if (left.isEmpty()) {
            ended = true;
            done.accept(told.isEmpty() ? "has no listener to warm" : String.join(", ", told));
        } else {
            run(left);
        }
    }

    private void run(WarmUpPlan plan) {
        running = true;
        warmUp.apply(plan).onComplete(result -> ended(plan, result));
    }

    private synchronized void ended(WarmUpPlan plan, AsyncResult<WarmUp.Result> result) {
        running = false;
        // Not again where it failed: a cold proxy is slow for some seconds, one that is never ready is an outage.
        warm = warm.and(plan);
        told.add(
                result.succeeded() ? "warmed up " + result.result() : "is cold, the warm-up failed: " + result.cause());
        goOn();
    }
}
