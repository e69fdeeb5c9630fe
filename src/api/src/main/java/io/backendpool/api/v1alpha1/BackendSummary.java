package io.backendpool.api.v1alpha1;

import org.jspecify.annotations.Nullable;

/** How many backends are in which state. */
public class BackendSummary {
    public @Nullable Integer total;
    public @Nullable Integer healthy;
    public @Nullable Integer unhealthy;
    public @Nullable Integer unknown;
    public @Nullable Integer draining;
    /** healthy/total, for a printer column. */
    public @Nullable String ratio;
}
