package io.backendpool.proxy.traffic;

import io.backendpool.pool.BackendKey;
import java.util.List;
import java.util.Map;

/**
 * All counters since the proxy's start, as Prometheus wants them.
 *
 * @param requests by status
 * @param proxyErrors of them, answered by the proxy itself with a 5xx
 * @param outcomes requests by how they ended; each outcome is there
 * @param backends what went to each backend of the live pool; a backend that left the pool leaves here, too
 * @param retries requests that were sent to a further backend
 * @param connectFailures connections to backends that could not be made
 * @param bytesIn bodies of requests, with their framing
 * @param bytesOut bodies of responses, with their framing
 * @param latency buckets with upper bounds in seconds, cumulative, the last one infinite
 * @param latencySumSeconds of all requests
 * @param limitHits for each limit, how often it was hit
 * @param handshakes clients' TLS handshakes by how they ended; each outcome is there
 * @param clientConnections open now
 * @param acceptedConnections since the start
 */
public record TrafficTotals(
        StatusCounts requests,
        long proxyErrors,
        Map<Outcome, Long> outcomes,
        Map<BackendKey, BackendTotals> backends,
        long retries,
        long connectFailures,
        long bytesIn,
        long bytesOut,
        List<LatencyBucket> latency,
        double latencySumSeconds,
        Map<Limit, Long> limitHits,
        Map<Handshake, Long> handshakes,
        int clientConnections,
        long acceptedConnections) {

    public TrafficTotals {
        outcomes = Map.copyOf(outcomes);
        backends = Map.copyOf(backends);
        latency = List.copyOf(latency);
        limitHits = Map.copyOf(limitHits);
        handshakes = Map.copyOf(handshakes);
    }

    /** What went to one backend. Each try counts, so a request that was retried counts on several backends. */
    public record BackendTotals(StatusCounts requests, long connectFailures, int inFlight) {}

    /**
     * Requests that took no longer than {@code upperSeconds}.
     *
     * @param upperSeconds infinite in the last bucket
     */
    public record LatencyBucket(double upperSeconds, long count) {}
}
