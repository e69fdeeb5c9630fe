package io.backendpool.pool.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;

/**
 * Envoy's least request by its published arithmetic (arch_overview, "Weighted least request"). Where all weights are equal: of
 * two backends drawn with replacement the one with fewer active requests. Where they are not: weighted round robin by earliest
 * deadline, with weights of weight / (active requests + 1) ^ bias at the moment of the pick.
 */
final class EnvoyLeastRequest {
    private EnvoyLeastRequest() {}

    /** For equal weights. */
    static final class Pair implements Balancer {
        private final RandomGenerator random;
        private final int[] active;

        Pair(int backends, RandomGenerator random) {
            this.random = random;
            this.active = new int[backends];
        }

        @Override
        public int choose(long nowNanos) {
            int first = random.nextInt(active.length);
            int second = random.nextInt(active.length);
            int chosen = active[second] < active[first] ? second : first;
            active[chosen]++;
            return chosen;
        }

        @Override
        public void ended(int backend, long latencyNanos, long nowNanos) {
            active[backend]--;
        }
    }

    /** For weights that differ; here they happen not to. The bias is 1. */
    static final class Weighted implements Balancer {
        private record Entry(int backend, double deadline, long order) {}

        private final PriorityQueue<Entry> schedule =
                new PriorityQueue<>(Comparator.comparingDouble(Entry::deadline).thenComparingLong(Entry::order));
        private final int[] active;
        private double time;
        private long order;

        Weighted(int backends, RandomGenerator random) {
            this.active = new int[backends];
            for (int i = 0; i < backends; i++) {
                schedule.add(new Entry(i, random.nextDouble(), order++));
            }
        }

        @Override
        public int choose(long nowNanos) {
            Entry next = schedule.remove();
            time = next.deadline();
            int chosen = next.backend();
            double weight = 1.0 / (active[chosen] + 1);
            schedule.add(new Entry(chosen, time + 1 / weight, order++));
            active[chosen]++;
            return chosen;
        }

        @Override
        public void ended(int backend, long latencyNanos, long nowNanos) {
            active[backend]--;
        }
    }
}
