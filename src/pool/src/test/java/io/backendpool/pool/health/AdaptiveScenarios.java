package io.backendpool.pool.health;

import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.health.AdaptiveSimulation.Served;
import java.util.ArrayList;
import java.util.List;

/** The scenarios of docs/adaptive-weights.md: ten backends of one group, of 10 ms and 8 slots each, and 2,000 requests/s. */
final class AdaptiveScenarios {
    private static final double USUAL_MILLIS = 10;
    private static final double USUAL_RATE = 2_000;

    private AdaptiveScenarios() {}

    /** The first is {@code times} as slow as the others from interval 10 on, at any load. */
    static AdaptiveSimulation oneSlow(AdaptiveWeight rules, int times, long seed) {
        Served slow = new Served(step -> step < 10 ? USUAL_MILLIS : USUAL_MILLIS * times, 8 * times, step -> 0);
        return new AdaptiveSimulation(rules, first(slow), step -> USUAL_RATE, 1, seed);
    }

    /** The first answers half of its requests with 503 from interval {@code from} to before {@code to}. */
    static AdaptiveSimulation erringUntil(AdaptiveWeight rules, int from, int to, long seed) {
        Served erring = new Served(step -> USUAL_MILLIS, 8, step -> step >= from && step < to ? 50 : 0);
        return new AdaptiveSimulation(rules, first(erring), step -> USUAL_RATE, 1, seed);
    }

    /** All are equal; the load triples at interval 40 and falls again at interval 100. */
    static AdaptiveSimulation loadStep(AdaptiveWeight rules, long seed) {
        return new AdaptiveSimulation(
                rules,
                first(Served.in(USUAL_MILLIS)),
                step -> step >= 40 && step < 100 ? 3 * USUAL_RATE : USUAL_RATE,
                1,
                seed);
    }

    /** All are equal, each has 6 requests/s, and a few of them take ten times as long as the rest. */
    static AdaptiveSimulation noisy(AdaptiveWeight rules, long seed) {
        return new AdaptiveSimulation(rules, first(Served.in(USUAL_MILLIS)), step -> 60, 3, seed);
    }

    /** The first has a quarter of the slots from interval 10 on, so that its share alone makes it fast or slow. */
    static AdaptiveSimulation nearItsLimit(AdaptiveWeight rules, long seed) {
        Served small = new Served(step -> USUAL_MILLIS, 2, step -> 0);
        return new AdaptiveSimulation(rules, first(small), step -> step < 10 ? USUAL_RATE / 2 : USUAL_RATE, 1, seed);
    }

    private static List<Served> first(Served special) {
        List<Served> all = new ArrayList<>(List.of(special));
        while (all.size() < 10) {
            all.add(Served.in(USUAL_MILLIS));
        }
        return all;
    }
}
