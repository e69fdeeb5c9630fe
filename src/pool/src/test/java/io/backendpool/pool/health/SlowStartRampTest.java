package io.backendpool.pool.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.backendpool.pool.SlowStart;
import java.time.Duration;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class SlowStartRampTest {

    @Example
    void factor_envoysFormula_workedOut() {
        SlowStart linear = new SlowStart(Duration.ofSeconds(60), 1, 10);
        assertThat(factor(linear, 0)).isEqualTo(0.1);
        assertThat(factor(linear, 3)).isEqualTo(0.1);
        assertThat(factor(linear, 15)).isCloseTo(0.25, within(1e-9));
        assertThat(factor(linear, 60)).isEqualTo(1);
        assertThat(factor(linear, 6_000)).isEqualTo(1);
        // (15 / 60) ^ (1 / 2)
        assertThat(factor(new SlowStart(Duration.ofSeconds(60), 2, 10), 15)).isCloseTo(0.5, within(1e-9));
        // (30 / 60) ^ (1 / 0.5)
        assertThat(factor(new SlowStart(Duration.ofSeconds(60), 0.5, 10), 30)).isCloseTo(0.25, within(1e-9));
    }

    @Property(tries = 500)
    void factor_asTimeGoesBy_neverFallsAndStaysInItsBounds(
            @ForAll @IntRange(min = 1, max = 3_600) int window,
            @ForAll @DoubleRange(min = 0.1, max = 10) double aggression,
            @ForAll @IntRange(min = 1, max = 100) int minimum) {
        SlowStart slowStart = new SlowStart(Duration.ofSeconds(window), aggression, minimum);
        double before = 0;
        for (int step = -1; step <= 20; step++) {
            double now = SlowStartRamp.factor(
                    slowStart, slowStart.window().multipliedBy(step).dividedBy(20));
            assertThat(now).isBetween(Math.max(before, minimum / 100.0), 1.0);
            before = now;
        }
        assertThat(before).isEqualTo(1);
    }

    @Example
    void step_isAThirtiethOfTheWindowWithinItsBounds() {
        assertThat(SlowStartRamp.step(new SlowStart(Duration.ofSeconds(30), 1, 10)))
                .isEqualTo(Duration.ofSeconds(1));
        assertThat(SlowStartRamp.step(new SlowStart(Duration.ofSeconds(1), 1, 10)))
                .isEqualTo(Duration.ofMillis(100));
        assertThat(SlowStartRamp.step(new SlowStart(Duration.ofHours(1), 1, 10)))
                .isEqualTo(Duration.ofSeconds(5));
    }

    private static double factor(SlowStart slowStart, long seconds) {
        return SlowStartRamp.factor(slowStart, Duration.ofSeconds(seconds));
    }
}
