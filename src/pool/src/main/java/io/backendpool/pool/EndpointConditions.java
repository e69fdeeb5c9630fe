package io.backendpool.pool;

/**
 * What the platform says of an endpoint, in the sense of the Kubernetes EndpointSlice API (discovery.k8s.io/v1).
 *
 * @param ready it may get new requests
 * @param serving it answers, whether it terminates or not
 * @param terminating it is about to go
 */
public record EndpointConditions(boolean ready, boolean serving, boolean terminating) {
    public static final EndpointConditions READY = new EndpointConditions(true, true, false);
}
