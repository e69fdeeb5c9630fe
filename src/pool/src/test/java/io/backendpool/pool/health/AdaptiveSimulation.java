package io.backendpool.pool.health;

import io.backendpool.pool.AdaptiveWeight;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

/**
 * A group of backends under load, in steps of {@link AdaptiveWeights#INTERVAL}: each is a queue whose latency grows with
 * its share of the traffic, and each interval's mean latency is as noisy as a mean of so many requests is. Weights are
 * applied one interval after they were computed, as in a proxy.
 */
final class AdaptiveSimulation {
    /** So many latencies are drawn one by one; of more, their mean is normal. */
    private static final int FEW = 500;

    /** No queue is fuller than this: beyond it requests would be shed. */
    private static final double FULLEST = 0.98;

    /**
     * One backend.
     *
     * @param serviceMillis by interval: what a request takes without a queue
     * @param slots requests that it works on at once
     * @param errorPercent by interval
     */
    record Served(IntToDoubleFunction serviceMillis, int slots, IntToDoubleFunction errorPercent) {
        static Served in(double millis) {
            return new Served(step -> millis, 8, step -> 0);
        }
    }

    /** What was seen in one interval: by backend. */
    record Step(List<Adaptation> adaptations, double meanLatencyMillis, double errors) {}

    private final AdaptiveWeight rules;
    private final List<Served> backends;
    private final IntToDoubleFunction requestsPerSecond;
    private final Random random;
    private final double spread;

    /**
     * One run.
     *
     * @param requestsPerSecond by interval, of the whole group
     * @param spread the deviation of a request's latency from its mean, as a part of it; 1: that of an exponential
     *     distribution
     */
    AdaptiveSimulation(
            AdaptiveWeight rules,
            List<Served> backends,
            IntToDoubleFunction requestsPerSecond,
            double spread,
            long seed) {
        this.spread = spread;
        this.rules = rules;
        this.backends = backends;
        this.requestsPerSecond = requestsPerSecond;
        this.random = new Random(seed);
    }

    List<Step> run(int steps) {
        List<Step> log = new ArrayList<>();
        List<Adaptation> now = new ArrayList<>();
        backends.forEach(unused -> now.add(Adaptation.NONE));
        for (int step = 0; step < steps; step++) {
            double sum = now.stream().mapToDouble(Adaptation::factor).sum();
            double latency = 0;
            double failed = 0;
            double all = 0;
            List<AdaptiveWeights.Reading> readings = new ArrayList<>();
            for (int i = 0; i < backends.size(); i++) {
                double share = now.get(i).factor() / sum;
                Tally window = serve(backends.get(i), step, requestsPerSecond.applyAsDouble(step) * share);
                latency += share * window.meanLatencyNanos() / 1e6;
                failed += window.failures();
                all += window.requests();
                readings.add(new AdaptiveWeights.Reading("a", true, now.get(i), window));
            }
            now.clear();
            now.addAll(AdaptiveWeights.next(rules, readings));
            log.add(new Step(List.copyOf(now), latency, all == 0 ? 0 : failed / all));
        }
        return log;
    }

    private Tally serve(Served backend, int step, double perSecond) {
        double service = backend.serviceMillis().applyAsDouble(step);
        double load = Math.min(FULLEST, perSecond * service / 1e3 / backend.slots());
        double mean = service / (1 - load);
        long requests = Math.round(perSecond * AdaptiveWeights.INTERVAL.toSeconds());
        long failures = 0;
        double errors = backend.errorPercent().applyAsDouble(step) / 100;
        for (long n = 0; n < requests && errors > 0; n++) {
            failures += random.nextDouble() < errors ? 1 : 0;
        }
        long successes = requests - failures;
        double noise = mean(successes);
        return new Tally(requests, failures, 0, 0, 0, 0, Math.round(mean * noise * 1e6 * successes));
    }

    /** The mean of {@code count} latencies whose own mean is 1. */
    private double mean(long count) {
        if (count == 0) {
            return 1;
        }
        if (count > FEW) {
            return Math.max(0.1, 1 + spread / Math.sqrt((double) count) * random.nextGaussian());
        }
        // Few of a distribution with a long tail: one of them can make the mean.
        double sigma = Math.sqrt(Math.log(1 + spread * spread));
        double sum = 0;
        for (long n = 0; n < count; n++) {
            sum += Math.exp(sigma * random.nextGaussian() - sigma * sigma / 2);
        }
        return sum / count;
    }

    /** How often the percent of backend {@code index} turned from up to down or back in the intervals from {@code from}. */
    static int turns(List<Step> log, int index, int from) {
        int turns = 0;
        double direction = 0;
        for (int step = from + 1; step < log.size(); step++) {
            double move = log.get(step).adaptations().get(index).percent()
                    - log.get(step - 1).adaptations().get(index).percent();
            if (Math.abs(move) < 0.5) {
                continue;
            }
            turns += move * direction < 0 ? 1 : 0;
            direction = move;
        }
        return turns;
    }

    /** The difference between the highest and the lowest percent of backend {@code index} from interval {@code from} on. */
    static double swing(List<Step> log, int index, int from) {
        double low = Double.MAX_VALUE;
        double high = 0;
        for (Step step : log.subList(from, log.size())) {
            double percent = step.adaptations().get(index).percent();
            low = Math.min(low, percent);
            high = Math.max(high, percent);
        }
        return high - low;
    }
}
