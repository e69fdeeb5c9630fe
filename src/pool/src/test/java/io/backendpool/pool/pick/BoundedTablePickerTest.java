package io.backendpool.pool.pick;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.LoadBalancing.Policy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class BoundedTablePickerTest {
    private static final List<Policy> TABLES = List.of(Policy.RING_HASH, Policy.MAGLEV);

    /** Keys as skewed as can be: half of the requests have one key, the others follow 1 / rank. */
    @Property(tries = 40)
    void pick_skewedKeys_noBackendGoesAboveItsBound(
            @ForAll @Size(min = 1, max = 30) List<@LongRange(min = 1, max = 10) Long> drawn,
            @ForAll @IntRange(min = 101, max = 200) int percent,
            @ForAll @IntRange(min = 1, max = 500) int concurrency,
            @ForAll long seed) {
        long[] weights = drawn.stream().mapToLong(Long::longValue).toArray();
        double sum = LongStream.of(weights).sum();
        for (Policy policy : TABLES) {
            Random random = new Random(seed);
            BackendLoad[] loads = Pools.loads(weights.length);
            Picker picker = PickPlans.build(Pools.bounded(policy, percent), Pools.keys(weights.length), weights)
                    .picker(loads, random, () -> 0);
            Deque<BackendLoad> underWay = new ArrayDeque<>();
            for (int n = 0; n < 3_000; n++) {
                if (underWay.size() == concurrency) {
                    underWay.remove().requestEnded(1, false, 0);
                }
                int picked = picker.pick(skewed(random));
                loads[picked].requestStarted();
                underWay.add(loads[picked]);
                double bound = percent / 100.0 * underWay.size() * weights[picked] / sum;
                assertThat(loads[picked].requests()).isLessThanOrEqualTo((int) Math.max(1, Math.ceil(bound)));
            }
        }
    }

    @Example
    void pick_belowTheBound_isTheTablesChoice() {
        for (Policy policy : TABLES) {
            Random random = new Random(2);
            Picker bounded = Pools.picker(Pools.bounded(policy, 125), Pools.equalWeights(10), random);
            Picker plain = Pools.picker(policy, Pools.equalWeights(10), random);
            for (int n = 0; n < 1_000; n++) {
                long hash = random.nextLong();
                assertThat(bounded.pick(hash)).isEqualTo(plain.pick(hash));
            }
        }
    }

    /** With even keys and some room nearly all requests go where they would go without a bound: that is what hashing is for. */
    @Example
    void pick_evenKeys_mostStayAtTheirBackend() {
        for (Policy policy : TABLES) {
            Random random = new Random(2);
            BackendLoad[] loads = Pools.loads(10);
            Picker bounded = PickPlans.build(Pools.bounded(policy, 150), Pools.keys(10), Pools.equalWeights(10))
                    .picker(loads, random, () -> 0);
            Picker plain = Pools.picker(policy, Pools.equalWeights(10), random);
            Deque<BackendLoad> underWay = new ArrayDeque<>();
            int stayed = 0;
            for (int n = 0; n < 20_000; n++) {
                if (underWay.size() == 500) {
                    underWay.remove().requestEnded(1, false, 0);
                }
                long hash = random.nextLong();
                int picked = bounded.pick(hash);
                stayed += picked == plain.pick(hash) ? 1 : 0;
                loads[picked].requestStarted();
                underWay.add(loads[picked]);
            }
            assertThat(stayed).isGreaterThan(19_500);
        }
    }

    /** Each proxy and loop bounds for itself; what they have together is bounded, too. */
    @Example
    void pick_manyLoopsWithoutAWord_theSumIsBounded() {
        int loops = 8;
        long[] weights = Pools.equalWeights(10);
        for (Policy policy : TABLES) {
            PickPlan plan = PickPlans.build(Pools.bounded(policy, 125), Pools.keys(10), weights);
            Random random = new Random(4);
            BackendLoad[][] loads = new BackendLoad[loops][];
            Picker[] pickers = new Picker[loops];
            for (int loop = 0; loop < loops; loop++) {
                loads[loop] = Pools.loads(10);
                pickers[loop] = plan.picker(loads[loop], random, () -> 0);
            }
            for (int n = 0; n < 8_000; n++) {
                int loop = random.nextInt(loops);
                loads[loop][pickers[loop].pick(skewed(random))].requestStarted();
            }
            for (int backend = 0; backend < 10; backend++) {
                int all = 0;
                for (int loop = 0; loop < loops; loop++) {
                    all += loads[loop][backend].requests();
                }
                assertThat(all).isLessThanOrEqualTo(1_000 + loops);
            }
        }
    }

    @Example
    void pick_requestsAtBackendsThatLeft_raiseTheBoundsAndBreakNothing() {
        LoopLoad loop = new LoopLoad();
        BackendLoad left = new BackendLoad(loop);
        BackendLoad[] loads = {new BackendLoad(loop), new BackendLoad(loop)};
        for (int n = 0; n < 100; n++) {
            left.requestStarted();
        }
        Picker picker = PickPlans.build(Pools.bounded(Policy.MAGLEV, 101), Pools.keys(2), new long[] {1, 1})
                .picker(loads, new Random(1), () -> 0);
        for (int n = 0; n < 300; n++) {
            loads[picker.pick(7)].requestStarted();
        }
        assertThat(loads[0].requests() + loads[1].requests()).isEqualTo(300);
        assertThat(Math.min(loads[0].requests(), loads[1].requests())).isPositive();
    }

    private static long skewed(Random random) {
        return random.nextBoolean() ? 42 : Hashing.hash((long) Math.pow(10_000, random.nextDouble()), 0);
    }
}
