package io.backendpool.pool.health;

import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.SlowStart;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one proxy knows of one backend's health: a state machine as a value. Each input gives the next value; the state
 * changes only when a threshold is reached, so {@code since} and {@code reason} tell of the last transition or the
 * failures under way.
 *
 * <p>The inputs, and the state that each leads to, the first that applies:
 *
 * <pre>
 * the platform: neither ready nor serving             UNHEALTHY
 * probes: unhealthyThreshold failures in a row        UNHEALTHY
 * the agent: down, maint                              UNHEALTHY
 * an override: drain                                  DRAINING
 * outlier detection                                   EJECTED    until the time is over and, half-open, probes succeed
 * the agent: drain, 0%                                DRAINING
 * the platform: terminating, still serving            DRAINING
 * the platform: not ready                             UNHEALTHY
 * probes: none has answered yet                       UNKNOWN
 * new, or unhealthy or ejected before, and slow start WARMING    until the window is over
 * else                                                HEALTHY
 * </pre>
 *
 * @param state what follows from the inputs so far
 * @param reason why, for people: {@code HTTP 503, 3 of 3 probes}
 * @param since when {@code state} was entered; for a backend that warms up, when that began
 * @param conditions what the platform says
 * @param probed what the probes say alone; null while none has answered, or where there is no health check
 * @param successes probes in a row that succeeded
 * @param failures probes in a row that failed
 * @param signals what else is known
 */
public record BackendHealth(
        HealthState state,
        String reason,
        Instant since,
        EndpointConditions conditions,
        @Nullable Boolean probed,
        int successes,
        int failures,
        Signals signals) {
    private static final int MAX_IN_ROW = 1_000_000;

    /**
     * What is known of a backend beside its probes and conditions.
     *
     * @param checked there is a health check
     * @param progress the last probe, for people; empty: none
     * @param ejection its ejection by outlier detection; null: none
     * @param agent what its agent said last
     * @param drain why an override drains it; null: none does
     * @param slowStart how a cold backend is warmed up; null: at once
     * @param cold it has not had traffic lately, or was in no state to have any
     * @param everReady the platform has called it ready once: else it has not begun to serve
     */
    public record Signals(
            boolean checked,
            String progress,
            @Nullable Ejection ejection,
            AgentState agent,
            @Nullable String drain,
            @Nullable SlowStart slowStart,
            boolean cold,
            boolean everReady) {
        static final Signals NONE = new Signals(false, "", null, AgentState.UNHEARD, null, null, false, true);

        private Signals probed(String words) {
            return new Signals(true, words, ejection, agent, drain, slowStart, cold, everReady);
        }

        private Signals checkedBy(@Nullable HealthCheck check) {
            return new Signals(
                    check != null, check == null ? "" : progress, ejection, agent, drain, slowStart, cold, everReady);
        }

        private Signals with(@Nullable Ejection changed) {
            return new Signals(checked, progress, changed, agent, drain, slowStart, cold, everReady);
        }

        private Signals with(AgentState changed) {
            return new Signals(checked, progress, ejection, changed, drain, slowStart, cold, everReady);
        }

        private Signals drainedFor(@Nullable String changed) {
            return new Signals(checked, progress, ejection, agent, changed, slowStart, cold, everReady);
        }

        private Signals warmedBy(@Nullable SlowStart changed) {
            return new Signals(checked, progress, ejection, agent, drain, changed, cold, everReady);
        }

        private Signals cold(boolean changed) {
            return new Signals(checked, progress, ejection, agent, drain, slowStart, changed, everReady);
        }

        private Signals ready(boolean now) {
            return new Signals(checked, progress, ejection, agent, drain, slowStart, cold, everReady || now);
        }
    }

    /** One of which nothing more is known. */
    public BackendHealth(
            HealthState state,
            String reason,
            Instant since,
            EndpointConditions conditions,
            @Nullable Boolean probed,
            int successes,
            int failures) {
        this(state, reason, since, conditions, probed, successes, failures, Signals.NONE);
    }

    /**
     * The state of a backend of the first pool that a proxy gets: the proxy is new, the backend is warm for all that is
     * known.
     */
    public static BackendHealth initial(EndpointConditions conditions, @Nullable HealthCheck check, Instant now) {
        return entering(conditions, check, null, false, now);
    }

    /**
     * The state of a backend that has come into the pool since.
     *
     * @param slowStart how it is warmed up once it is healthy; null: not
     */
    public static BackendHealth joined(
            EndpointConditions conditions, @Nullable HealthCheck check, @Nullable SlowStart slowStart, Instant now) {
        return entering(conditions, check, slowStart, true, now);
    }

    private static BackendHealth entering(
            EndpointConditions conditions,
            @Nullable HealthCheck check,
            @Nullable SlowStart slowStart,
            boolean cold,
            Instant now) {
        Signals signals =
                new Signals(check != null, "", null, AgentState.UNHEARD, null, slowStart, cold, conditions.ready());
        return new BackendHealth(HealthState.UNKNOWN, "", now, conditions, null, 0, 0, signals).judged(now);
    }

    /** After a probe that succeeded. The first success of a new backend counts at once, as in Envoy. */
    public BackendHealth onSuccess(HealthCheck check, Instant now) {
        int inRow = Math.min(successes + 1, MAX_IN_ROW);
        boolean healthy = probed == null || probed || inRow >= check.healthyThreshold();
        String words = "%d of %d probes succeeded".formatted(inRow, check.healthyThreshold());
        return new BackendHealth(state, reason, since, conditions, healthy, inRow, 0, signals.probed(words))
                .judged(now);
    }

    /**
     * After a probe that failed.
     *
     * @param cause what happened, for people: {@code HTTP 503}, {@code connection refused}, {@code timeout after 1s}
     */
    public BackendHealth onFailure(HealthCheck check, String cause, Instant now) {
        int inRow = Math.min(failures + 1, MAX_IN_ROW);
        Boolean verdict = inRow >= check.unhealthyThreshold() ? Boolean.FALSE : probed;
        String words = "%s, %d of %d probes"
                .formatted(cause, Math.min(inRow, check.unhealthyThreshold()), check.unhealthyThreshold());
        return new BackendHealth(state, reason, since, conditions, verdict, 0, inRow, signals.probed(words))
                .judged(now);
    }

    /**
     * After a change of what the platform says, or of the health check itself. What was probed is kept, and what the agent
     * said as long as there is one.
     */
    public BackendHealth onConditions(EndpointConditions changed, @Nullable HealthCheck check, Instant now) {
        Boolean verdict = check == null ? null : probed;
        AgentState agent = check == null || check.agent() == null ? AgentState.UNHEARD : signals.agent();
        Signals next = signals.checkedBy(check).with(agent).ready(changed.ready());
        return new BackendHealth(state, reason, since, changed, verdict, successes, failures, next).judged(now);
    }

    /** After a change of how backends are warmed up; null: they are not any more. The same object where none has changed. */
    public BackendHealth onSlowStart(@Nullable SlowStart changed, Instant now) {
        if (Objects.equals(changed, signals.slowStart())) {
            return this;
        }
        return with(signals.warmedBy(changed)).judged(now);
    }

    /** After a decision of outlier detection: ejected, half-open, or, with null, returned. */
    public BackendHealth onEjection(@Nullable Ejection ejection, Instant now) {
        return with(signals.with(ejection)).judged(now);
    }

    /** After a line of the agent, see {@link AgentState#hear}; {@link AgentState#UNHEARD} where there is no agent any more. */
    public BackendHealth onAgent(AgentState said, Instant now) {
        return with(signals.with(said)).judged(now);
    }

    /**
     * After an override came, changed or went. The same object where none did.
     *
     * @param drain why it drains the backend, for people, see {@link Overrides#drain}; null: none does
     */
    public BackendHealth onOverride(@Nullable String drain, Instant now) {
        if (Objects.equals(drain, signals.drain())) {
            return this;
        }
        return with(signals.drainedFor(drain)).judged(now);
    }

    /** As time goes by: a backend that has warmed up is healthy. The same object where nothing follows from the time. */
    public BackendHealth onTime(Instant now) {
        return state == HealthState.WARMING ? judged(now) : this;
    }

    /** The part of its share that the backend can bear: below 1 while it warms up. */
    public double ramp(Instant now) {
        SlowStart slowStart = signals.slowStart();
        return state == HealthState.WARMING && slowStart != null
                ? SlowStartRamp.factor(slowStart, Duration.between(since, now))
                : 1;
    }

    /** Whether the platform has not called it ready yet, as far as is known here: nothing has failed. */
    public boolean isStarting() {
        return !conditions.ready() && !signals.everReady();
    }

    /** What traffic it may get. */
    Use use() {
        if (signals.drain() != null || signals.agent().admin() == AgentState.Admin.MAINT) {
            return Use.NEVER;
        }
        if (!conditions.ready() && !conditions.serving()) {
            // One that was ready before has failed and counts as lost. One that never was has not started yet, and is
            // no
            // reason to think that the pool is in trouble: scaling up from 3 to 10 is not a panic.
            return conditions.terminating() || isStarting() ? Use.NEVER : Use.PANIC_ONLY;
        }
        return Use.of(state);
    }

    private BackendHealth with(Signals changed) {
        return new BackendHealth(state, reason, since, conditions, probed, successes, failures, changed);
    }

    private BackendHealth judged(Instant now) {
        String broken = broken();
        String leaving = broken == null ? leaving() : null;
        Ejection ejection = signals.ejection();
        if (broken != null) {
            return entered(HealthState.UNHEALTHY, broken, now);
        }
        if (signals.drain() != null) {
            return entered(HealthState.DRAINING, signals.drain(), now);
        }
        if (ejection != null) {
            return entered(HealthState.EJECTED, ejection.words(), now);
        }
        if (leaving != null) {
            return entered(HealthState.DRAINING, leaving, now);
        }
        if (!conditions.ready()) {
            return entered(HealthState.UNHEALTHY, "endpoint is not ready", now);
        }
        if (signals.checked() && probed == null) {
            String progress = signals.progress();
            return entered(HealthState.UNKNOWN, progress.isEmpty() ? "no probe has answered yet" : progress, now);
        }
        return warmOrHealthy(now);
    }

    /** Why the backend cannot answer; null: it can. */
    private @Nullable String broken() {
        if (!conditions.serving() && !conditions.ready()) {
            return conditions.terminating() ? "terminating, no longer serving" : "endpoint is not ready";
        }
        if (signals.checked() && Boolean.FALSE.equals(probed)) {
            return signals.progress();
        }
        String down = signals.agent().down();
        if (down != null) {
            return down.isEmpty() ? "agent says down" : "agent says down: " + down;
        }
        return signals.agent().admin() == AgentState.Admin.MAINT ? "agent says maint" : null;
    }

    /** Why the backend is about to go; null: it is not. */
    private @Nullable String leaving() {
        if (signals.agent().admin() == AgentState.Admin.DRAIN) {
            return "agent says drain";
        }
        if (signals.agent().weightPercent() == 0) {
            return "agent says 0%";
        }
        return conditions.terminating() ? "terminating, still serving" : null;
    }

    private BackendHealth warmOrHealthy(Instant now) {
        String why = !signals.checked() ? "endpoint is ready" : failures > 0 ? signals.progress() : "probes succeed";
        if (signals.agent().weightPercent() < 100) {
            why += ", agent says " + signals.agent().weightPercent() + "%";
        }
        SlowStart slowStart = signals.slowStart();
        if (slowStart != null && signals.cold()) {
            Instant start = state == HealthState.WARMING ? since : now;
            if (Duration.between(start, now).compareTo(slowStart.window()) < 0) {
                String warming = "warms up for " + Words.duration(slowStart.window());
                return entered(HealthState.WARMING, failures > 0 ? warming + ", " + why : warming, now);
            }
        }
        return entered(HealthState.HEALTHY, why, now);
    }

    private BackendHealth entered(HealthState next, String cause, Instant now) {
        Instant entered = next == state ? since : now;
        String complaint = signals.agent().complaint();
        String why = complaint == null ? cause : cause + ", " + complaint;
        boolean cold =
                switch (next) {
                    case UNHEALTHY, EJECTED -> true;
                    case HEALTHY -> false;
                    case UNKNOWN, WARMING, DRAINING -> signals.cold();
                };
        Signals kept = cold == signals.cold() ? signals : signals.cold(cold);
        return new BackendHealth(next, why, entered, conditions, probed, successes, failures, kept);
    }
}
