package io.backendpool.pool.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.AdaptiveWeight.Mode;
import io.backendpool.pool.health.AdaptiveSimulation.Step;
import io.backendpool.pool.health.AdaptiveWeights.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The scenarios of docs/adaptive-weights.md, each under many seeds. */
class AdaptiveWeightsTest {
    private static final AdaptiveWeight RULES = new AdaptiveWeight(Mode.ENFORCE, 10, 200, 10);

    @Property(tries = 100)
    void slowBackend_comesToRestWhereItBelongs(@ForAll long seed, @ForAll @IntRange(min = 3, max = 10) int times) {
        List<Step> log = AdaptiveScenarios.oneSlow(RULES, times, seed).run(160);
        double rest = last(log).adaptations().getFirst().percent();
        // It gives up its weight by as much as it is slower than the band allows, and does not go on to the floor.
        assertThat(rest).isBetween(100.0 / times * 0.8, 100.0 / times * 2);
        assertThat(AdaptiveSimulation.turns(log, 0, 60)).isLessThanOrEqualTo(4);
        assertThat(AdaptiveSimulation.swing(log, 0, 80)).isLessThanOrEqualTo(10);
        for (int i = 1; i < 10; i++) {
            assertThat(last(log).adaptations().get(i).percent()).isBetween(85.0, 115.0);
        }
    }

    @Property(tries = 100)
    void erringBackend_goesToTheFloorAndReturnsWhenItRecovers(@ForAll long seed) {
        List<Step> log = AdaptiveScenarios.erringUntil(RULES, 20, 60, seed).run(140);
        assertThat(log.get(59).adaptations().getFirst().percent()).isEqualTo(10);
        assertThat(last(log).adaptations().getFirst().percent()).isBetween(90.0, 110.0);
        assertThat(AdaptiveSimulation.turns(log, 0, 0)).isLessThanOrEqualTo(2);
        // Users see a tenth of the errors that they would see.
        assertThat(log.get(59).errors()).isLessThan(log.get(20).errors() / 4);
    }

    @Property(tries = 100)
    void equalNoisyBackends_areLeftAlone_alsoWhenTheLoadSteps(@ForAll long seed) {
        List<Step> log = AdaptiveScenarios.loadStep(RULES, seed).run(160);
        for (int i = 0; i < 10; i++) {
            for (Step step : log) {
                assertThat(step.adaptations().get(i).percent()).isBetween(80.0, 125.0);
            }
            assertThat(AdaptiveSimulation.turns(log, i, 0)).isLessThanOrEqualTo(6);
        }
    }

    @Property(tries = 100)
    void equalBackendsOfFewAndVeryDifferentRequests_areLeftAlmostAlone(@ForAll long seed) {
        List<Step> log = AdaptiveScenarios.noisy(RULES, seed).run(160);
        double worst = 0;
        for (int i = 0; i < 10; i++) {
            for (Step step : log) {
                worst = Math.max(worst, Math.abs(step.adaptations().get(i).percent() - 100));
            }
        }
        assertThat(worst).isLessThanOrEqualTo(40);
    }

    @Property(tries = 100)
    void backendNearItsLimit_doesNotSwing(@ForAll long seed) {
        // Its latency depends on its share more than on anything else: the hardest case for a controller.
        List<Step> log = AdaptiveScenarios.nearItsLimit(RULES, seed).run(200);
        assertThat(AdaptiveSimulation.swing(log, 0, 100)).isLessThanOrEqualTo(12);
        assertThat(AdaptiveSimulation.turns(log, 0, 100)).isLessThanOrEqualTo(8);
    }

    @Property(tries = 300)
    void next_anyReadings_staysInItsBoundsAndStepsAndSaysWhy(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 100) int floor,
            @ForAll @IntRange(min = 100, max = 1_000) int ceiling,
            @ForAll @IntRange(min = 1, max = 100) int step) {
        AdaptiveWeight rules = new AdaptiveWeight(Mode.ENFORCE, floor, ceiling, step);
        Random random = new Random(seed);
        List<Adaptation> now = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            now.add(Adaptation.NONE);
        }
        for (int interval = 0; interval < 60; interval++) {
            List<Reading> readings = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                long requests = random.nextInt(200);
                long failures = random.nextLong(requests + 1);
                Tally window =
                        new Tally(requests, failures, 0, 0, 0, 0, (requests - failures) * random.nextInt(100_000_000));
                readings.add(new Reading(i < 5 ? "a" : "b", random.nextInt(10) > 0, now.get(i), window));
            }
            List<Adaptation> next = AdaptiveWeights.next(rules, readings);
            for (int i = 0; i < 6; i++) {
                assertThat(next.get(i).percent()).isBetween((double) floor, (double) ceiling);
                assertThat(Math.abs(next.get(i).percent() - now.get(i).percent()))
                        .isLessThanOrEqualTo(step);
                assertThat(next.get(i).reason()).isNotEmpty();
                assertThat(next.get(i).factor()).isPositive();
            }
            now = next;
        }
    }

    @Example
    void next_slowBackend_isExplainedWithItsNumbers() {
        List<Adaptation> next = AdaptiveWeights.next(
                RULES, List.of(reading(100, 0, 40), reading(100, 0, 10), reading(100, 0, 10), reading(100, 0, 12)));
        assertThat(next.getFirst().reason())
                .isEqualTo("latency 40.0ms, 4.0 times the median of 10.0ms: weight 100% -> 90% on the way to 50%");
        assertThat(next.get(3).reason())
                .isEqualTo("latency 12.0ms, 1.2 times the median of 10.0ms: weight stays at 100%");
    }

    @Example
    void next_erringBackend_isExplainedWithItsNumbers() {
        List<Adaptation> next = AdaptiveWeights.next(
                RULES, List.of(reading(100, 50, 1), reading(100, 0, 1), reading(100, 0, 1), reading(100, 0, 1)));
        assertThat(next.getFirst().reason())
                .isEqualTo("latency 1.0ms, 1.0 times the median of 1.0ms; errors 15.0%, 0.0% in the group:"
                        + " weight 100% -> 90% on the way to 10%");
    }

    @Example
    void next_fastErrors_areNoReasonToGetMore() {
        // A backend that fails at once answers fast: only successes have a latency.
        List<Adaptation> next = AdaptiveWeights.next(
                RULES,
                List.of(reading(1_000, 1_000, 0), reading(100, 0, 10), reading(100, 0, 10), reading(100, 0, 10)));
        assertThat(next.getFirst().percent()).isEqualTo(90);
    }

    @Example
    void next_twoBackends_haveNothingToCompareWith() {
        List<Adaptation> next = AdaptiveWeights.next(RULES, List.of(reading(100, 0, 40), reading(100, 0, 10)));
        assertThat(next.getFirst().reason())
                .isEqualTo("2 of at least 3 backends of the group to compare: weight stays at 100%");
    }

    @Example
    void next_quietPool_driftsBackAfterAWhile() {
        Adaptation low = new Adaptation(10, true, 1e6, 0, 0, 10, -1, Tally.NONE, 0, "");
        List<Adaptation> now = List.of(low, low, low);
        for (int interval = 1; interval <= 5; interval++) {
            now = AdaptiveWeights.next(
                    RULES, now.stream().map(AdaptiveWeightsTest::quiet).toList());
            assertThat(now.getFirst().percent()).isEqualTo(10);
        }
        now = AdaptiveWeights.next(
                RULES, now.stream().map(AdaptiveWeightsTest::quiet).toList());
        assertThat(now.getFirst().reason())
                .isEqualTo("6 requests in 30s are too few to judge: weight 10% -> 15% on the way to 100%");
    }

    @Example
    void next_observe_showsAndDoesNothing_andOffForgets() {
        List<Reading> readings =
                List.of(reading(100, 0, 40), reading(100, 0, 10), reading(100, 0, 10), reading(100, 0, 10));
        Adaptation observed = AdaptiveWeights.next(new AdaptiveWeight(Mode.OBSERVE, 10, 200, 10), readings)
                .getFirst();
        assertThat(observed.percent()).isEqualTo(90);
        assertThat(observed.factor()).isEqualTo(1);
        assertThat(AdaptiveWeights.next(AdaptiveWeight.OFF, readings)).containsOnly(Adaptation.NONE);
    }

    private static Reading quiet(Adaptation before) {
        return new Reading("a", true, before, new Tally(1, 0, 0, 0, 0, 0, 1_000_000));
    }

    private static Reading reading(long requests, long failures, long latencyMillis) {
        Tally window = new Tally(requests, failures, 0, 0, 0, 0, (requests - failures) * latencyMillis * 1_000_000);
        return new Reading("a", true, Adaptation.NONE, window);
    }

    private static Step last(List<Step> log) {
        return log.getLast();
    }
}
