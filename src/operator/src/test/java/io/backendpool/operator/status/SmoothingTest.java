package io.backendpool.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SmoothingTest {
    @Test
    void share_insideTwoPoints_stays() {
        assertThat(Smoothing.shareMoved(0.3333, 100_000, null)).isTrue();
        assertThat(Smoothing.shareMoved(0.345, 100_000, "33%")).isFalse();
        assertThat(Smoothing.shareMoved(0.36, 100_000, "33%")).isTrue();
        assertThat(Smoothing.shareMoved(0.36, 100, "33%")).isFalse();
        assertThat(Smoothing.percent(0.3333)).isEqualTo("33%");
    }

    @Test
    void share_comingToZeroOrLeavingIt_hasMoved() {
        assertThat(Smoothing.shareMoved(0, 4, "1%")).isTrue();
        assertThat(Smoothing.shareMoved(0.01, 4, "0%")).isTrue();
        assertThat(Smoothing.shareMoved(0.004, 4, "0%")).isFalse();
    }

    @Test
    void share_withoutRequests_isNone() {
        assertThat(Smoothing.shareMoved(Double.NaN, 0, "33%")).isTrue();
        assertThat(Smoothing.shareMoved(Double.NaN, 0, null)).isFalse();
        assertThat(Smoothing.percent(Double.NaN)).isNull();
    }

    @Test
    void rate_insideTenPercent_stays() {
        assertThat(Smoothing.rate(1234, 12_340, null)).isEqualTo("1200");
        assertThat(Smoothing.rate(1300, 13_000, "1200")).isEqualTo("1200");
        assertThat(Smoothing.rate(1500, 15_000, "1200")).isEqualTo("1500");
        assertThat(Smoothing.rate(0, 0, "1200")).isEqualTo("0");
        assertThat(Smoothing.rate(0.1, 1, "0")).isEqualTo("0.1");
    }

    @Test
    void rate_ofSteadyRandomTraffic_hardlyEverChanges() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String shown = Smoothing.rate(100, 1_000, null);
        int changes = 0;
        for (int i = 0; i < 1_000; i++) {
            // A Poisson count of 1,000 is close to this normal one.
            long counted = Math.round(1_000 + random.nextGaussian() * Math.sqrt(1_000));
            String next = Smoothing.rate(counted / 10.0, counted, shown);
            changes += next.equals(shown) ? 0 : 1;
            shown = next;
        }
        assertThat(changes).as("seed " + seed).isLessThan(20);
    }

    @Test
    void latency_insideHalf_stays() {
        assertThat(Smoothing.latency(12.34, null)).isEqualTo("12ms");
        assertThat(Smoothing.latency(17, "12ms")).isEqualTo("12ms");
        assertThat(Smoothing.latency(40, "12ms")).isEqualTo("40ms");
        assertThat(Smoothing.latency(0, "12ms")).isNull();
    }

    @Test
    void weight_isShort() {
        assertThat(Smoothing.weight(100.0 / 3)).isEqualTo("33.33");
        assertThat(Smoothing.weight(100)).isEqualTo("100");
        assertThat(Smoothing.weight(0)).isEqualTo("0");
    }
}
