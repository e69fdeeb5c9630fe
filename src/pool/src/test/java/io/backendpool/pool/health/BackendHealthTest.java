package io.backendpool.pool.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.HealthState;
import io.backendpool.pool.SlowStart;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class BackendHealthTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final EndpointConditions NOT_READY = new EndpointConditions(false, false, false);
    private static final EndpointConditions TERMINATING = new EndpointConditions(false, true, true);

    private static final SlowStart SLOW_START = new SlowStart(Duration.ofSeconds(30), 1, 10);
    private static final List<String> WORDS = List.of("drain", "maint", "down", "50%", "ready up 100%");

    private final HealthCheck check = check(2, 3);

    @Example
    void initial_withoutHealthCheck_followsReadiness() {
        assertThat(BackendHealth.initial(EndpointConditions.READY, null, START))
                .returns(HealthState.HEALTHY, BackendHealth::state)
                .returns("endpoint is ready", BackendHealth::reason);
        assertThat(BackendHealth.initial(NOT_READY, null, START).state()).isEqualTo(HealthState.UNHEALTHY);
        assertThat(BackendHealth.initial(TERMINATING, null, START).state()).isEqualTo(HealthState.DRAINING);
    }

    @Example
    void initial_withHealthCheck_isUnknownUntilTheFirstSuccess() {
        BackendHealth initial = BackendHealth.initial(EndpointConditions.READY, check, START);
        assertThat(initial.state()).isEqualTo(HealthState.UNKNOWN);
        BackendHealth after = initial.onSuccess(check, START.plusSeconds(1));
        assertThat(after)
                .returns(HealthState.HEALTHY, BackendHealth::state)
                .returns(START.plusSeconds(1), BackendHealth::since);
    }

    @Example
    void onFailure_belowTheThreshold_staysHealthyAndTellsTheProgress() {
        BackendHealth health = healthy().onFailure(check, "HTTP 503", START.plusSeconds(5));
        assertThat(health)
                .returns(HealthState.HEALTHY, BackendHealth::state)
                .returns("HTTP 503, 1 of 3 probes", BackendHealth::reason)
                .returns(START, BackendHealth::since);
    }

    @Example
    void onFailure_atTheThreshold_isUnhealthyWithTheCause() {
        BackendHealth health = healthy();
        for (int i = 1; i <= 3; i++) {
            health = health.onFailure(check, "HTTP 503", START.plusSeconds(i));
        }
        assertThat(health)
                .returns(HealthState.UNHEALTHY, BackendHealth::state)
                .returns("HTTP 503, 3 of 3 probes", BackendHealth::reason)
                .returns(START.plusSeconds(3), BackendHealth::since);
        assertThat(health.onFailure(check, "HTTP 500", START.plusSeconds(4)))
                .returns("HTTP 500, 3 of 3 probes", BackendHealth::reason)
                .returns(START.plusSeconds(3), BackendHealth::since);
    }

    @Example
    void onSuccess_afterUnhealthy_needsTheHealthyThreshold() {
        BackendHealth health = healthy();
        for (int i = 0; i < 3; i++) {
            health = health.onFailure(check, "refused", START);
        }
        health = health.onSuccess(check, START.plusSeconds(10));
        assertThat(health)
                .returns(HealthState.UNHEALTHY, BackendHealth::state)
                .returns("1 of 2 probes succeeded", BackendHealth::reason);
        assertThat(health.onSuccess(check, START.plusSeconds(11)))
                .returns(HealthState.HEALTHY, BackendHealth::state)
                .returns("probes succeed", BackendHealth::reason);
    }

    @Example
    void onConditions_terminating_drainsAndNotServingIsUnhealthy() {
        BackendHealth draining = healthy().onConditions(TERMINATING, check, START.plusSeconds(1));
        assertThat(draining.state()).isEqualTo(HealthState.DRAINING);
        BackendHealth gone =
                draining.onConditions(new EndpointConditions(false, false, true), check, START.plusSeconds(2));
        assertThat(gone)
                .returns(HealthState.UNHEALTHY, BackendHealth::state)
                .returns("terminating, no longer serving", BackendHealth::reason);
    }

    @Example
    void onConditions_healthCheckRemoved_forgetsTheProbes() {
        BackendHealth unhealthy = healthy();
        for (int i = 0; i < 3; i++) {
            unhealthy = unhealthy.onFailure(check, "refused", START);
        }
        BackendHealth judged = unhealthy.onConditions(EndpointConditions.READY, null, START.plusSeconds(1));
        assertThat(judged.state()).isEqualTo(HealthState.HEALTHY);
    }

    @Example
    void onEjection_whileProbesSucceed_isEjectedAndWarmsUpWhenItReturns() {
        Ejection ejection = new Ejection("5xx 5 in a row", START, START.plusSeconds(60), 2, false, 0, 1);
        BackendHealth out = healthy()
                .onSlowStart(SLOW_START, START)
                .onEjection(ejection, START.plusSeconds(5))
                .onSuccess(check, START.plusSeconds(6));
        assertThat(out)
                .returns(HealthState.EJECTED, BackendHealth::state)
                .returns("5xx 5 in a row, ejected 1m (2nd time)", BackendHealth::reason)
                .returns(START.plusSeconds(5), BackendHealth::since);
        BackendHealth back = out.onEjection(null, START.plusSeconds(60));
        assertThat(back)
                .returns(HealthState.WARMING, BackendHealth::state)
                .returns("warms up for 30s", BackendHealth::reason)
                .returns(0.1, health -> health.ramp(START.plusSeconds(61)))
                .returns(0.5, health -> health.ramp(START.plusSeconds(75)));
        assertThat(back.onTime(START.plusSeconds(89)).state()).isEqualTo(HealthState.WARMING);
        assertThat(back.onTime(START.plusSeconds(90)))
                .returns(HealthState.HEALTHY, BackendHealth::state)
                .returns(1.0, health -> health.ramp(START.plusSeconds(90)));
    }

    @Example
    void initial_withSlowStart_doesNotWarmUpButANewcomerDoes() {
        BackendHealth known = BackendHealth.initial(EndpointConditions.READY, check, START)
                .onSlowStart(SLOW_START, START)
                .onSuccess(check, START);
        assertThat(known.state()).isEqualTo(HealthState.HEALTHY);
        BackendHealth newcomer = BackendHealth.joined(EndpointConditions.READY, check, SLOW_START, START);
        assertThat(newcomer.state()).isEqualTo(HealthState.UNKNOWN);
        BackendHealth warming = newcomer.onSuccess(check, START.plusSeconds(1));
        assertThat(warming.state()).isEqualTo(HealthState.WARMING);
        assertThat(warming.onFailure(check, "HTTP 503", START.plusSeconds(2)))
                .returns(HealthState.WARMING, BackendHealth::state)
                .returns("warms up for 30s, HTTP 503, 1 of 3 probes", BackendHealth::reason);
    }

    @Example
    void onAgent_eachWord_leadsToItsState() {
        BackendHealth health = healthy();
        assertThat(health.onAgent(AgentState.UNHEARD.hear("75%"), START))
                .returns(HealthState.HEALTHY, BackendHealth::state)
                .returns("probes succeed, agent says 75%", BackendHealth::reason);
        assertThat(health.onAgent(AgentState.UNHEARD.hear("drain"), START))
                .returns(HealthState.DRAINING, BackendHealth::state)
                .returns("agent says drain", BackendHealth::reason)
                .returns(Use.LAST_RESORT, BackendHealth::use);
        assertThat(health.onAgent(AgentState.UNHEARD.hear("0%"), START).state()).isEqualTo(HealthState.DRAINING);
        assertThat(health.onAgent(AgentState.UNHEARD.hear("maint"), START))
                .returns(HealthState.UNHEALTHY, BackendHealth::state)
                .returns(Use.NEVER, BackendHealth::use);
        BackendHealth down = health.onAgent(AgentState.UNHEARD.hear("down#disk full"), START);
        assertThat(down)
                .returns(HealthState.UNHEALTHY, BackendHealth::state)
                .returns("agent says down: disk full", BackendHealth::reason);
        assertThat(down.onAgent(AgentState.UNHEARD, START).state()).isEqualTo(HealthState.HEALTHY);
    }

    @Example
    void onAgent_rubbishOrSilence_isSaidInTheReason_andChangesNothingElse() {
        BackendHealth health = healthy();
        assertThat(health.onAgent(AgentState.UNHEARD.hear("<html>"), START))
                .returns(HealthState.HEALTHY, BackendHealth::state)
                .returns(
                        "probes succeed, agent said \"<html>\" (expected: 75%, ready, drain, maint, up or down)",
                        BackendHealth::reason);
        BackendHealth drained = health.onAgent(AgentState.UNHEARD.hear("drain"), START);
        AgentState silent = drained.signals().agent().silent("connection refused");
        assertThat(drained.onAgent(silent, START))
                .returns(HealthState.DRAINING, BackendHealth::state)
                .returns("agent says drain, agent is silent: connection refused", BackendHealth::reason);
    }

    @Example
    void onConditions_withoutAnAgentAnyMore_forgetsWhatItSaid() {
        BackendHealth drained = healthy().onAgent(AgentState.UNHEARD.hear("drain"), START);
        assertThat(drained.onConditions(EndpointConditions.READY, null, START).state())
                .isEqualTo(HealthState.HEALTHY);
    }

    @Example
    void onOverride_drain_drainsAndRemovingRestores() {
        BackendHealth drained = healthy().onOverride("drained by an override: disk full", START.plusSeconds(1));
        assertThat(drained)
                .returns(HealthState.DRAINING, BackendHealth::state)
                .returns("drained by an override: disk full", BackendHealth::reason)
                .returns(Use.NEVER, BackendHealth::use);
        assertThat(drained.onOverride(null, START.plusSeconds(2)))
                .returns(HealthState.HEALTHY, BackendHealth::state)
                .returns("probes succeed", BackendHealth::reason);
    }

    @Example
    void use_notReady_isLostOnlyIfItWasReadyBefore() {
        assertThat(BackendHealth.initial(NOT_READY, check, START).use()).isEqualTo(Use.NEVER);
        assertThat(healthy().onConditions(NOT_READY, check, START).use()).isEqualTo(Use.PANIC_ONLY);
        assertThat(healthy().onConditions(TERMINATING, check, START).use()).isEqualTo(Use.LAST_RESORT);
    }

    @Property(tries = 1_000)
    void anyInputs_eachSignalTakenBack_leavesTheStateOfTheRest(@ForAll long seed) {
        Random random = new Random(seed);
        BackendHealth health = healthy();
        Ejection ejection = new Ejection("resets 5 in a row", START, START.plusSeconds(30), 1, false, 0, 1);
        Instant now = START;
        for (int step = 0; step < 60; step++) {
            now = now.plusSeconds(1);
            BackendHealth next =
                    switch (random.nextInt(8)) {
                        case 0 -> health.onSuccess(check, now);
                        case 1 -> health.onFailure(check, "HTTP 503", now);
                        case 2 -> health.onEjection(random.nextBoolean() ? ejection : null, now);
                        case 3 -> health.onOverride(random.nextBoolean() ? "drained" : null, now);
                        case 4 -> health.onAgent(AgentState.UNHEARD.hear(WORDS.get(random.nextInt(5))), now);
                        case 5 -> health.onConditions(random.nextBoolean() ? TERMINATING : NOT_READY, check, now);
                        case 6 -> health.onConditions(EndpointConditions.READY, check, now);
                        default -> health.onTime(now);
                    };
            assertThat(next.since()).isEqualTo(next.state() == health.state() ? health.since() : now);
            assertThat(next.reason()).isNotEmpty();
            health = next;
        }
        health = health.onEjection(null, now)
                .onOverride(null, now)
                .onAgent(AgentState.UNHEARD, now)
                .onConditions(EndpointConditions.READY, check, now);
        assertThat(health.state())
                .isEqualTo(Boolean.FALSE.equals(health.probed()) ? HealthState.UNHEALTHY : HealthState.HEALTHY);
    }

    @Property(tries = 500)
    void anyProbes_stateChangesOnlyAtAThreshold(
            @ForAll List<Boolean> probes,
            @ForAll @IntRange(min = 1, max = 5) int up,
            @ForAll @IntRange(min = 1, max = 5) int down) {
        HealthCheck thresholds = check(up, down);
        BackendHealth health = healthy();
        int inRow = 0;
        boolean last = true;
        Instant now = START;
        for (boolean success : probes) {
            now = now.plusSeconds(1);
            inRow = success == last ? inRow + 1 : 1;
            last = success;
            BackendHealth next = success ? health.onSuccess(thresholds, now) : health.onFailure(thresholds, "x", now);
            if (next.state() != health.state()) {
                assertThat(inRow).isEqualTo(success ? up : down);
                assertThat(next.since()).isEqualTo(now);
            } else {
                assertThat(next.since()).isEqualTo(health.since());
            }
            if (inRow >= (success ? up : down)) {
                assertThat(next.state()).isEqualTo(success ? HealthState.HEALTHY : HealthState.UNHEALTHY);
            }
            health = next;
        }
    }

    private BackendHealth healthy() {
        return BackendHealth.initial(EndpointConditions.READY, check, START).onSuccess(check, START);
    }

    private static HealthCheck check(int healthyThreshold, int unhealthyThreshold) {
        return new HealthCheck(
                new HealthCheck.TcpProbe(),
                null,
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                healthyThreshold,
                unhealthyThreshold);
    }
}
