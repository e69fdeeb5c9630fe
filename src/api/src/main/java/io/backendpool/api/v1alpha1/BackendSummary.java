package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** How many backends are in which state. */
public class BackendSummary {
    @JsonPropertyDescription("All backends of the pool.")
    public @Nullable Integer total;

    @JsonPropertyDescription("Backends that are healthy, warming ones included.")
    public @Nullable Integer healthy;

    @JsonPropertyDescription("Backends that failed their health check.")
    public @Nullable Integer unhealthy;

    @JsonPropertyDescription("Backends of which no proxy has said anything yet.")
    public @Nullable Integer unknown;

    @JsonPropertyDescription("Backends that are out for a while because of what traffic met there.")
    public @Nullable Integer ejected;

    @JsonPropertyDescription("Backends that are healthy and on their way to their share.")
    public @Nullable Integer warming;

    @JsonPropertyDescription("Backends that finish what they have and get nothing new.")
    public @Nullable Integer draining;

    /** Healthy of those that do not drain, for a printer column. */
    @JsonPropertyDescription("healthy of total without draining, such as 3/3.")
    public @Nullable String ratio;
}
