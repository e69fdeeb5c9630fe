package io.backendpool.pool;

/**
 * How traffic is treated on its way, whichever backend it goes to.
 *
 * @param timeouts what is waited for
 * @param retries when a request is sent again
 * @param circuitBreaker what a backend gets
 * @param limits what clients get
 * @param http what is added to requests
 */
public record TrafficPolicy(
        Timeouts timeouts, Retries retries, CircuitBreaker circuitBreaker, ClientLimits limits, HttpSettings http) {

    /** What a manifest that says nothing of it gets. */
    public static final TrafficPolicy DEFAULT = new TrafficPolicy(
            Timeouts.DEFAULT, Retries.DEFAULT, CircuitBreaker.DEFAULT, ClientLimits.DEFAULT, HttpSettings.DEFAULT);
}
