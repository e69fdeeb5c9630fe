package io.backendpool.pool.pick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.LoadBalancing.Policy;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class RoundRobinPickerTest {

    @Property(tries = 300)
    void pick_overEachRunOfTheWeightsSum_sharesAreExact(
            @ForAll @Size(min = 1, max = 40) List<@LongRange(max = 60) Long> drawn, @ForAll long seed) {
        long[] weights = drawn.stream().mapToLong(Long::longValue).toArray();
        int period = (int) LongStream.of(weights).sum();
        Picker picker = Pools.picker(Policy.ROUND_ROBIN, weights, new Random(seed));
        if (period == 0) {
            assertThat(picker.pick(0)).isEqualTo(Picker.NONE);
            return;
        }
        for (int round = 0; round < 3; round++) {
            assertThat(count(picker, weights.length, period)).isEqualTo(weights);
        }
    }

    @Property(tries = 200)
    void pick_atAnyMoment_noBackendIsMoreThanItsSpacingAheadOrBehind(
            @ForAll @Size(min = 2, max = 20) List<@LongRange(min = 1, max = 100) Long> drawn, @ForAll long seed) {
        long[] weights = drawn.stream().mapToLong(Long::longValue).toArray();
        double sum = LongStream.of(weights).sum();
        Picker picker = Pools.picker(Policy.ROUND_ROBIN, weights, new Random(seed));
        long[] got = new long[weights.length];
        for (int n = 1; n <= 2 * sum; n++) {
            got[picker.pick(0)]++;
            for (int i = 0; i < weights.length; i++) {
                // Earliest deadline first: each backend's count is within one of its due, and the total drifts by at
                // most one for each backend.
                assertThat(got[i] - n * weights[i] / sum).isBetween(-2.0 - weights.length, 2.0 + weights.length);
            }
        }
    }

    @Property(tries = 200)
    void pick_equalWeights_isPlainRotation(@ForAll @IntRange(min = 2, max = 50) int size, @ForAll long seed) {
        long[] weights = LongStream.generate(() -> 7).limit(size).toArray();
        Picker picker = Pools.picker(Policy.ROUND_ROBIN, weights, new Random(seed));
        int[] first = new int[size];
        for (int i = 0; i < size; i++) {
            first[i] = picker.pick(0);
        }
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < size; i++) {
                assertThat(picker.pick(0)).isEqualTo(first[i]);
            }
        }
    }

    /** Wherever it can be avoided: where nobody has more than half of the weight. */
    @Property(tries = 2_000)
    void pick_nobodyWithMoreThanHalf_neverTheSameTwiceInARow(
            @ForAll @Size(min = 2, max = 12) List<@LongRange(max = 40) Long> drawn, @ForAll long seed) {
        long[] weights = drawn.stream().mapToLong(Long::longValue).toArray();
        long sum = LongStream.of(weights).sum();
        long rest = sum - LongStream.of(weights).max().orElse(0);
        if (2 * rest < sum || sum == 0) {
            // Cut the heaviest down to what the others have together.
            for (int i = 0; i < weights.length; i++) {
                weights[i] = Math.min(weights[i], rest);
            }
        }
        if (rest == 0) {
            return;
        }
        Picker picker = Pools.picker(Policy.ROUND_ROBIN, weights, new Random(seed));
        int period = (int) LongStream.of(weights).sum();
        int before = Picker.NONE;
        for (int round = 0; round < 4; round++) {
            long[] got = new long[weights.length];
            for (int n = 0; n < period; n++) {
                int now = picker.pick(0);
                assertThat(now)
                        .as("pick %d of round %d, weights %s", n, round, drawn)
                        .isNotEqualTo(before);
                before = now;
                got[now]++;
            }
            assertThat(got).isEqualTo(weights);
        }
    }

    @Example
    void pick_weights321_interleaves() {
        StringBuilder order = new StringBuilder();
        Picker picker = Pools.picker(Policy.ROUND_ROBIN, new long[] {3, 2, 1}, new Random(7));
        for (int n = 0; n < 12; n++) {
            order.append("abc".charAt(picker.pick(0)));
        }
        assertThat(order.toString()).isEqualTo("abacbabacaba");
    }

    @Example
    void picker_manyLoops_startAtDifferentPlaces() {
        PickPlan plan =
                PickPlans.build(new LoadBalancing(Policy.ROUND_ROBIN), Pools.keys(100), Pools.equalWeights(100));
        Random random = new Random(11);
        Set<Integer> first = new HashSet<>();
        for (int loop = 0; loop < 64; loop++) {
            first.add(plan.picker(Pools.loads(100), random, () -> 0).pick(0));
        }
        assertThat(first).hasSizeGreaterThan(32);
    }

    @Example
    void pick_hugeWeights_keepsTheShares() {
        long[] weights = {1_000_000L << 20, 1_000_000L << 19, 1L << 20};
        Picker picker = Pools.picker(Policy.ROUND_ROBIN, weights, new Random(1));
        long[] got = count(picker, 3, 1_500_001);
        assertThat(got[0]).isBetween(999_990L, 1_000_010L);
        assertThat(got[1]).isBetween(499_990L, 500_010L);
        assertThat(got[2]).isBetween(0L, 2L);
    }

    @Example
    void pick_afterManyPeriods_virtualTimeIsSetBackAndSharesStayExact() {
        // Weight 1 alone moves one whole period per pick, so 2^11 picks pass the limit at 2^61.
        Picker picker = Pools.picker(Policy.ROUND_ROBIN, new long[] {1, 1}, new Random(1));
        long[] got = count(picker, 2, 20_000);
        assertThat(got).containsExactly(10_000, 10_000);
    }

    @Example
    void create_negativeWeight_saysWhich() {
        assertThatThrownBy(() -> Pools.picker(Policy.ROUND_ROBIN, new long[] {1, -1}, new Random()))
                .hasMessage("weights[1]: -1 (expected: 0 or more, the sum below 2^62)");
    }

    private static long[] count(Picker picker, int backends, int picks) {
        long[] got = new long[backends];
        for (int n = 0; n < picks; n++) {
            got[picker.pick(0)]++;
        }
        return got;
    }
}
