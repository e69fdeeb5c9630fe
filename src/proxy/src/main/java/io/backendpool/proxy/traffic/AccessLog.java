package io.backendpool.proxy.traffic;

/** Takes one record for each request that ended. Called on event loops: never blocks and never throws. */
public interface AccessLog {
    void log(AccessRecord entry);
}
