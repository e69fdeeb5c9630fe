package io.backendpool.pool.simulation;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** One run of a {@link Scenario}. Each request comes to an event loop by chance, whose balancer chooses its backend. */
final class Simulation {
    /** Makes the balancer of one loop. */
    interface Balancers {
        Balancer create(int backends, RandomGenerator random);
    }

    /**
     * What came out.
     *
     * @param latencies of all requests, in ns, ascending
     * @param requests of each backend
     * @param bySecond the share of the first backend in the requests that came in each second
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Result(long[] latencies, long[] requests, double[] bySecond) {
        /** In ms; {@code part} is 0.99 for the 99th percentile. */
        double millis(double part) {
            return latencies[(int) Math.min(latencies.length - 1, (long) (latencies.length * part))] / 1e6;
        }

        /** The first backend's share of the requests, in terms of an even share. */
        double slowShare() {
            return requests[0]
                    * (double) requests.length
                    / Arrays.stream(requests).sum();
        }
    }

    private static final double NANOS = 1e9;

    private record Request(int loop, int backend, long start) {}

    private record End(long time, Request request) implements Comparable<End> {
        @Override
        public int compareTo(End other) {
            return Long.compare(time, other.time);
        }
    }

    private final Scenario scenario;
    private final RandomGenerator arrivals;
    private final RandomGenerator services;
    private final Balancer[] balancers;
    private final List<Deque<Request>> queues;
    private final int[] busy;
    private final PriorityQueue<End> ends = new PriorityQueue<>();
    private final long[] latencies;
    private int finished;

    private Simulation(Scenario scenario, int loops, Balancers balancers, long seed) {
        this.scenario = scenario;
        SplittableRandom random = new SplittableRandom(seed);
        this.arrivals = random.split();
        this.services = random.split();
        this.balancers = new Balancer[loops];
        Arrays.setAll(this.balancers, loop -> balancers.create(scenario.backends(), random.split()));
        this.queues = Stream.<Deque<Request>>generate(ArrayDeque::new)
                .limit(scenario.backends())
                .toList();
        this.busy = new int[scenario.backends()];
        this.latencies = new long[(int) (scenario.requestsPerSecond() * scenario.seconds())];
    }

    /** Runs until so many requests as come on average in the scenario's time have been answered. */
    static Result run(Scenario scenario, int loops, Balancers balancers, long seed) {
        return new Simulation(scenario, loops, balancers, seed).run();
    }

    private Result run() {
        long[] requests = new long[scenario.backends()];
        long[] all = new long[(int) scenario.seconds() + 2];
        long[] slow = new long[all.length];
        double clock = 0;
        for (int n = 0; n < latencies.length; n++) {
            clock += exponential(arrivals, NANOS / scenario.requestsPerSecond());
            long now = (long) clock;
            finishUntil(now);
            int loop = arrivals.nextInt(balancers.length);
            int backend = balancers[loop].choose(now);
            requests[backend]++;
            int second = Math.min((int) (now / NANOS), all.length - 1);
            all[second]++;
            slow[second] += backend == 0 ? 1 : 0;
            arrive(new Request(loop, backend, now), now);
        }
        finishUntil(Long.MAX_VALUE);
        Arrays.sort(latencies);
        double[] bySecond = new double[all.length];
        Arrays.setAll(bySecond, i -> all[i] == 0 ? 0 : slow[i] * (double) scenario.backends() / all[i]);
        return new Result(latencies, requests, bySecond);
    }

    private void arrive(Request request, long now) {
        if (busy[request.backend()] < scenario.workers()) {
            serve(request, now);
        } else {
            queues.get(request.backend()).add(request);
        }
    }

    private void serve(Request request, long now) {
        busy[request.backend()]++;
        boolean isSlow = request.backend() == 0
                && now >= scenario.slowFromSeconds() * NANOS
                && now < scenario.slowToSeconds() * NANOS;
        double mean = scenario.meanMillis() * 1e6 * (isSlow ? scenario.slowness() : 1);
        ends.add(new End(now + (long) exponential(services, mean), request));
    }

    private void finishUntil(long now) {
        while (!ends.isEmpty() && ends.peek().time() <= now) {
            End end = ends.remove();
            Request request = end.request();
            busy[request.backend()]--;
            long latency = end.time() - request.start();
            latencies[finished++] = latency;
            balancers[request.loop()].ended(request.backend(), latency, end.time());
            Request next = queues.get(request.backend()).poll();
            if (next != null) {
                serve(next, end.time());
            }
        }
    }

    private static double exponential(RandomGenerator random, double mean) {
        return -StrictMath.log(1 - random.nextDouble()) * mean;
    }
}
