package io.backendpool.pool.pick;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.LoadBalancing.Policy;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class RandomPickerTest {

    @Property(tries = 50)
    void pick_manyTimes_sharesFollowTheWeights(
            @ForAll @Size(min = 1, max = 20) List<@LongRange(max = 1_000) Long> drawn, @ForAll long seed) {
        long[] weights = drawn.stream().mapToLong(Long::longValue).toArray();
        double sum = LongStream.of(weights).sum();
        Picker picker = Pools.picker(Policy.RANDOM, weights, new Random(seed));
        if (sum == 0) {
            assertThat(picker.pick(0)).isEqualTo(Picker.NONE);
            return;
        }
        int picks = 100_000;
        long[] got = new long[weights.length];
        for (int n = 0; n < picks; n++) {
            got[picker.pick(0)]++;
        }
        double chiSquare = 0;
        int degrees = -1;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] == 0) {
                assertThat(got[i]).isZero();
                continue;
            }
            double expected = picks * weights[i] / sum;
            chiSquare += (got[i] - expected) * (got[i] - expected) / expected;
            degrees++;
        }
        // Mean k, variance 2k: eight deviations above the mean is no chance event, yet a wrong share of 3 % is far
        // beyond.
        assertThat(chiSquare).isLessThan(degrees + 8 * Math.sqrt(2.0 * degrees) + 30);
    }

    @Example
    void pick_aMillionTimes_chiSquareIsWithinItsBound() {
        long[] weights = {1, 2, 3, 4, 90, 400, 500};
        Picker picker = Pools.picker(Policy.RANDOM, weights, new Random(20_261_123));
        int[] got = new int[weights.length];
        for (int n = 0; n < 1_000_000; n++) {
            got[picker.pick(0)]++;
        }
        double chiSquare = 0;
        for (int i = 0; i < weights.length; i++) {
            double expected = 1_000_000.0 * weights[i] / 1_000;
            chiSquare += (got[i] - expected) * (got[i] - expected) / expected;
        }
        // 6 degrees of freedom: 22.46 is passed by chance once in 1,000; the seed is fixed.
        assertThat(chiSquare).as(Arrays.toString(got)).isLessThan(22.46);
    }
}
