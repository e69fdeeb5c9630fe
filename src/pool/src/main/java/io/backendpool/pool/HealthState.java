package io.backendpool.pool;

/** What is thought of one backend. The order is the order of the status: what needs a look first comes first. */
public enum HealthState {
    /** Gets no traffic: probes failed, or the platform says it is not ready. */
    UNHEALTHY,
    /** No probe has answered yet; gets traffic only where no backend is healthy. */
    UNKNOWN,
    /** Terminating but still serving; gets new requests only where no backend is healthy. */
    DRAINING,
    /** Gets its share. */
    HEALTHY
}
