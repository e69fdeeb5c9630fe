package io.backendpool.pool.simulation;

/** Who chooses backends, and learns of starts and ends. One for each event loop; they know nothing of each other. */
interface Balancer {
    int choose(long nowNanos);

    void ended(int backend, long latencyNanos, long nowNanos);
}
