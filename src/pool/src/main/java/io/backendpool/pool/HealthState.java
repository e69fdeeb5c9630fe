package io.backendpool.pool;

/** What is thought of one backend. The order is the order of the status: what needs a look first comes first. */
public enum HealthState {
    /** Gets no traffic: probes failed, or the platform says it is not ready. */
    UNHEALTHY,
    /** Gets no traffic for a while: what traffic met there was worse than elsewhere. */
    EJECTED,
    /** No probe has answered yet; gets traffic only where no backend is healthy. */
    UNKNOWN,
    /** Healthy, and on its way to its share. */
    WARMING,
    /** Terminating or drained but still serving; gets new requests only where no backend is healthy. */
    DRAINING,
    /** Gets its share. */
    HEALTHY
}
