package io.backendpool.pool.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.HealthState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class BackendHealthTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final EndpointConditions NOT_READY = new EndpointConditions(false, false, false);
    private static final EndpointConditions TERMINATING = new EndpointConditions(false, true, true);

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
