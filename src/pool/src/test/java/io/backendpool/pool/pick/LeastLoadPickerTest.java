package io.backendpool.pool.pick;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.LoadBalancing.Policy;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Least request and least connections; least response time where it does the same. */
class LeastLoadPickerTest {
    private static final LoadBalancing PAIR = new LoadBalancing(Policy.LEAST_REQUEST);
    private static final LoadBalancing FULL_SCAN = Pools.leastRequest(2, true);

    @Property(tries = 50)
    void pick_oneIsLoaded_itGetsLess(
            @ForAll @IntRange(min = 3, max = 64) int size,
            @ForAll @IntRange(min = 2, max = 10) int choices,
            @ForAll long seed) {
        Random random = new Random(seed);
        BackendLoad[] loads = Pools.loads(size);
        loads[0].requestStarted();
        Picker picker = PickPlans.build(Pools.leastRequest(choices, false), Pools.keys(size), Pools.equalWeights(size))
                .picker(loads, random, () -> 0);
        long[] got = Pools.count(picker, size, 20_000, random);
        // Each draw names another one than the best so far, so it never has to be taken.
        assertThat(got[0]).isZero();
        assertThat(Arrays.stream(got).skip(1).min().orElseThrow()).isPositive();
    }

    @Property(tries = 50)
    void pick_allEquallyLoadedForTheirWeights_sharesFollowTheWeights(
            @ForAll @Size(min = 2, max = 20) List<@LongRange(min = 1, max = 8) Long> drawn, @ForAll long seed) {
        long[] weights = drawn.stream().mapToLong(Long::longValue).toArray();
        Random random = new Random(seed);
        for (LoadBalancing settings : List.of(PAIR, FULL_SCAN)) {
            // Powers of two, so that quotients are equal to the last bit.
            long[] powers = LongStream.of(weights).map(weight -> 1L << weight).toArray();
            BackendLoad[] loads = Pools.loads(powers.length);
            for (int i = 0; i < powers.length; i++) {
                start(loads[i], (int) powers[i] * 2);
            }
            Picker picker =
                    PickPlans.build(settings, Pools.keys(powers.length), powers).picker(loads, random, () -> 0);
            long[] got = Pools.count(picker, powers.length, 100_000, random);
            assertThat(ChiSquare.of(got, powers)).as("%s %s", drawn, got).isLessThan(ChiSquare.bound(powers));
        }
    }

    @Property(tries = 50)
    void pick_requestsThatStay_loadsSettleInProportionToWeights(
            @ForAll @Size(min = 2, max = 20) List<@LongRange(min = 1, max = 10) Long> drawn, @ForAll long seed) {
        long[] weights = drawn.stream().mapToLong(Long::longValue).toArray();
        long sum = LongStream.of(weights).sum();
        Random random = new Random(seed);
        BackendLoad[] loads = Pools.loads(weights.length);
        Picker picker =
                PickPlans.build(FULL_SCAN, Pools.keys(weights.length), weights).picker(loads, random, () -> 0);
        for (int n = 0; n < 100 * sum; n++) {
            loads[picker.pick(0)].requestStarted();
        }
        for (int i = 0; i < weights.length; i++) {
            // The least loaded for its weight is always taken, so none is more than one request beside its share.
            assertThat(loads[i].requests() - 100.0 * weights[i]).isBetween(-1.0 * weights[i] - 1, weights[i] + 1.0);
        }
    }

    @Example
    void pick_fullScan_findsTheOneThatIsFree() {
        Random random = new Random(3);
        BackendLoad[] loads = Pools.loads(64);
        for (int i = 0; i < 64; i++) {
            start(loads[i], i == 41 ? 1 : 2);
        }
        Picker picker = PickPlans.build(FULL_SCAN, Pools.keys(64), Pools.equalWeights(64))
                .picker(loads, random, () -> 0);
        for (int n = 0; n < 100; n++) {
            assertThat(picker.pick(0)).isEqualTo(41);
        }
    }

    @Example
    void pick_fullScanOfALargePool_comparesChoices() {
        Random random = new Random(3);
        BackendLoad[] loads = Pools.loads(65);
        for (int i = 0; i < 65; i++) {
            start(loads[i], i == 41 ? 1 : 2);
        }
        Picker picker = PickPlans.build(FULL_SCAN, Pools.keys(65), Pools.equalWeights(65))
                .picker(loads, random, () -> 0);
        long[] got = Pools.count(picker, 65, 65_000, random);
        assertThat(got[41]).isBetween(1_800L, 2_200L);
    }

    /** Of n, a pair holds the least loaded one with the probability 2 / n, and the most loaded one never wins. */
    @Example
    void pick_pairOfMany_theMostLoadedGetsNothingTheLeastLoadedTwoShares() {
        Random random = new Random(5);
        BackendLoad[] loads = Pools.loads(10);
        for (int i = 0; i < 10; i++) {
            start(loads[i], i);
        }
        Picker picker =
                PickPlans.build(PAIR, Pools.keys(10), Pools.equalWeights(10)).picker(loads, random, () -> 0);
        long[] got = Pools.count(picker, 10, 100_000, random);
        assertThat(got[9]).isZero();
        assertThat(got[0]).isBetween(19_500L, 20_500L);
    }

    @Example
    void pick_leastConnections_looksAtConnectionsAlone() {
        Random random = new Random(5);
        BackendLoad[] loads = Pools.loads(2);
        loads[0].connectionOpened();
        start(loads[1], 5);
        Picker picker = PickPlans.build(new LoadBalancing(Policy.LEAST_CONNECTIONS), Pools.keys(2), new long[] {1, 1})
                .picker(loads, random, () -> 0);
        assertThat(picker.pick(0)).isEqualTo(1);
        loads[0].connectionClosed();
        loads[1].connectionOpened();
        assertThat(picker.pick(0)).isZero();
    }

    @Example
    void pick_attemptAfterTheFreeOne_givesTheNextLeastLoaded() {
        Random random = new Random(5);
        BackendLoad[] loads = Pools.loads(3);
        start(loads[0], 2);
        start(loads[2], 1);
        Picker picker =
                PickPlans.build(FULL_SCAN, Pools.keys(3), Pools.equalWeights(3)).picker(loads, random, () -> 0);
        assertThat(picker.pick(0, 0)).isEqualTo(1);
        assertThat(picker.pick(0, 1)).isEqualTo(2);
        assertThat(picker.pick(0, 2)).isEqualTo(0);
        assertThat(picker.pick(0, 3)).isEqualTo(Picker.NONE);
    }

    private static void start(BackendLoad load, int requests) {
        for (int n = 0; n < requests; n++) {
            load.requestStarted();
        }
    }
}
