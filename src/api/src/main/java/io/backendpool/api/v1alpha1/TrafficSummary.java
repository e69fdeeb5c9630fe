package io.backendpool.api.v1alpha1;

import org.jspecify.annotations.Nullable;

/** What goes through the pool, smoothed so that a steady pool does not change it. */
public class TrafficSummary {
    public @Nullable String requestsPerSecond;
    public @Nullable String p99;
}
