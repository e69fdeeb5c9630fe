package io.backendpool.pool.health;

import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.HealthState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one proxy knows of one backend's health: a state machine as a value. Each input gives the next value; the state
 * changes only when a threshold is reached, so {@code since} and {@code reason} tell of the last transition or the
 * failures under way.
 *
 * @param state what follows from the inputs so far
 * @param reason why, for people: {@code HTTP 503, 3 of 3 probes}
 * @param since when {@code state} was entered
 * @param conditions what the platform says
 * @param probed what the probes say alone; null while none has answered, or where there is no health check
 * @param successes probes in a row that succeeded
 * @param failures probes in a row that failed
 */
public record BackendHealth(
        HealthState state,
        String reason,
        Instant since,
        EndpointConditions conditions,
        @Nullable Boolean probed,
        int successes,
        int failures) {

    /** The state of a backend that has just come into the pool. */
    public static BackendHealth initial(EndpointConditions conditions, @Nullable HealthCheck check, Instant now) {
        return new BackendHealth(HealthState.UNKNOWN, "", now, conditions, null, 0, 0).judged(check, "", now);
    }

    /** After a probe that succeeded. The first success of a new backend counts at once, as in Envoy. */
    public BackendHealth onSuccess(HealthCheck check, Instant now) {
        int inRow = Math.min(successes + 1, 1_000_000);
        boolean healthy = probed == null || probed || inRow >= check.healthyThreshold();
        String progress = "%d of %d probes succeeded".formatted(inRow, check.healthyThreshold());
        return new BackendHealth(state, reason, since, conditions, healthy, inRow, 0).judged(check, progress, now);
    }

    /**
     * After a probe that failed.
     *
     * @param cause what happened, for people: {@code HTTP 503}, {@code connection refused}, {@code timeout after 1s}
     */
    public BackendHealth onFailure(HealthCheck check, String cause, Instant now) {
        int inRow = Math.min(failures + 1, 1_000_000);
        Boolean verdict = inRow >= check.unhealthyThreshold() ? Boolean.FALSE : probed;
        String progress = "%s, %d of %d probes"
                .formatted(cause, Math.min(inRow, check.unhealthyThreshold()), check.unhealthyThreshold());
        return new BackendHealth(state, reason, since, conditions, verdict, 0, inRow).judged(check, progress, now);
    }

    /** After a change of what the platform says, or of the health check itself. What was probed is kept. */
    public BackendHealth onConditions(EndpointConditions changed, @Nullable HealthCheck check, Instant now) {
        Boolean verdict = check == null ? null : probed;
        return new BackendHealth(state, reason, since, changed, verdict, successes, failures)
                .judged(check, reason, now);
    }

    private BackendHealth judged(@Nullable HealthCheck check, String progress, Instant now) {
        HealthState next;
        String why;
        if (!conditions.serving() && !conditions.ready()) {
            next = HealthState.UNHEALTHY;
            why = conditions.terminating() ? "terminating, no longer serving" : "endpoint is not ready";
        } else if (check != null && Boolean.FALSE.equals(probed)) {
            next = HealthState.UNHEALTHY;
            why = progress;
        } else if (conditions.terminating()) {
            next = HealthState.DRAINING;
            why = "terminating, still serving";
        } else if (!conditions.ready()) {
            next = HealthState.UNHEALTHY;
            why = "endpoint is not ready";
        } else if (check == null) {
            next = HealthState.HEALTHY;
            why = "endpoint is ready";
        } else if (probed == null) {
            next = HealthState.UNKNOWN;
            why = progress.isEmpty() ? "no probe has answered yet" : progress;
        } else {
            next = HealthState.HEALTHY;
            why = failures > 0 ? progress : "probes succeed";
        }
        Instant entered = next == state ? since : now;
        return new BackendHealth(next, why, entered, conditions, probed, successes, failures);
    }
}
