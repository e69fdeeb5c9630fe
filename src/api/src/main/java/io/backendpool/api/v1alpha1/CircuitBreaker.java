package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** What one backend gets at most from each proxy. */
public class CircuitBreaker {
    @Default("8192")
    @Min(1)
    @Max(1_000_000)
    @JsonPropertyDescription("Connections, 1 to 1000000. Beyond it another backend is chosen. Default: 8192.")
    public @Nullable Integer maxConnections;

    @Default("1024")
    @Min(0)
    @Max(1_000_000)
    @JsonPropertyDescription(
            "Requests that wait for a connection when no backend has room, 0 to 1000000. Beyond it, and after "
                    + "timeouts.queue, the answer is 503. Default: 1024.")
    public @Nullable Integer maxPending;

    @Min(1)
    @Max(1_000_000)
    @JsonPropertyDescription("Requests and streams under way, 1 to 1000000. Absent: as many as the connections carry.")
    public @Nullable Integer maxRequests;

    @Min(1)
    @Max(1_000_000)
    @JsonPropertyDescription("Retries under way, 1 to 1000000. Absent: as many as retries.budgetPercent allows.")
    public @Nullable Integer maxRetries;

    @Min(1)
    @Max(1_000_000_000)
    @JsonPropertyDescription("After so many requests a connection is closed in order. Absent: never.")
    public @Nullable Integer maxRequestsPerConnection;
}
