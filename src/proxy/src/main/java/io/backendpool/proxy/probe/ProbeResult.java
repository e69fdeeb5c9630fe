package io.backendpool.proxy.probe;

/** How one probe of one backend ended. An expected failure is a value. */
sealed interface ProbeResult {
    /** The backend answered as the health check expects. */
    record Succeeded() implements ProbeResult {}

    /**
     * It did not.
     *
     * @param cause what happened, for people: {@code HTTP 503}, {@code body does not contain "ok"}, {@code grpc
     *     NOT_SERVING}, {@code timeout after 1s}
     */
    record Failed(String cause) implements ProbeResult {}
}
