package io.backendpool.pool.simulation;

/**
 * Backends with so many workers each and a queue, of which the first is slow for a while.
 *
 * @param name for people
 * @param backends how many
 * @param workers requests that one backend serves at the same time; others wait in its queue
 * @param meanMillis of the service time, which is distributed exponentially
 * @param slowness how many times as long the first backend takes
 * @param slowFromSeconds when that begins
 * @param slowToSeconds when it ends
 * @param requestsPerSecond of all clients together, who do not wait for answers (Poisson)
 * @param seconds how long it lasts
 */
record Scenario(
        String name,
        int backends,
        int workers,
        double meanMillis,
        double slowness,
        double slowFromSeconds,
        double slowToSeconds,
        double requestsPerSecond,
        double seconds) {

    /** Ten backends of eight workers and 10 ms: 8,000 requests/s at most, asked for 4,000. */
    static Scenario ofTen(String name, double slowness, double from, double to) {
        return new Scenario(name, 10, 8, 10, slowness, from, to, 4_000, 60);
    }

    Scenario withSeconds(double length) {
        return new Scenario(
                name,
                backends,
                workers,
                meanMillis,
                slowness,
                slowFromSeconds,
                slowToSeconds,
                requestsPerSecond,
                length);
    }

    Scenario withRequestsPerSecond(double rate) {
        return new Scenario(
                name, backends, workers, meanMillis, slowness, slowFromSeconds, slowToSeconds, rate, seconds);
    }
}
