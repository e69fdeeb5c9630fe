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
 * @param queued requests that wait for a backend with room
 * @param sentOnNew requests that were sent on a connection made for them; each try counts
 * @param sentOnReused requests that were sent on a connection that had served before
 * @param handshakes clients' TLS handshakes by how they ended; each outcome is there
 * @param clientConnections open now
 * @param acceptedConnections since the start
 * @param streams what was passed on without being read as requests
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
        int queued,
        long sentOnNew,
        long sentOnReused,
        Map<Handshake, Long> handshakes,
        int clientConnections,
        long acceptedConnections,
        StreamTotals streams) {

    public TrafficTotals {
        outcomes = Map.copyOf(outcomes);
        backends = Map.copyOf(backends);
        latency = List.copyOf(latency);
        limitHits = Map.copyOf(limitHits);
        handshakes = Map.copyOf(handshakes);
    }

    /**
     * What went to one backend. Each try counts, so a request that was retried counts on several backends.
     *
     * @param latency of tries that were answered, from sent to response end: cumulative, the last bucket infinite
     * @param latencySumSeconds of them
     */
    public record BackendTotals(
            StatusCounts requests,
            long connectFailures,
            int inFlight,
            List<LatencyBucket> latency,
            double latencySumSeconds) {
        public BackendTotals {
            latency = List.copyOf(latency);
        }
    }

    /**
     * Requests that took no longer than {@code upperSeconds}.
     *
     * @param upperSeconds infinite in the last bucket
     */
    public record LatencyBucket(double upperSeconds, long count) {}
}
