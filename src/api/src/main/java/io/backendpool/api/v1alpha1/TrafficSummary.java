package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** What goes through the pool, smoothed so that a steady pool does not change it. */
public class TrafficSummary {
    @JsonPropertyDescription("Requests per second over all proxies, rounded to two digits, such as 1200.")
    public @Nullable String requestsPerSecond;

    @JsonPropertyDescription("The time within which 99 % of the recent requests were answered, such as 12ms.")
    public @Nullable String p99;
}
