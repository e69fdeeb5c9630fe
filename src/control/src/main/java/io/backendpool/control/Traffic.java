package io.backendpool.control;

/**
 * What went through one proxy.
 *
 * @param windowMillis the length of the sliding window, shorter while the proxy is younger
 * @param windowRequests requests that ended in the window
 * @param windowErrors of them, answered by the proxy itself with a 5xx
 * @param p99Millis 99th percentile in the window, request head read to response end written; 0: no requests
 * @param totalRequests since the proxy's start
 * @param clientConnections open now
 */
public record Traffic(
        int windowMillis,
        long windowRequests,
        long windowErrors,
        double p99Millis,
        long totalRequests,
        int clientConnections) {
    public static final Traffic NONE = new Traffic(0, 0, 0, 0, 0, 0);
}
