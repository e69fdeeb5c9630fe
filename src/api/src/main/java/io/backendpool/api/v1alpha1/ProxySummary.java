package io.backendpool.api.v1alpha1;

import org.jspecify.annotations.Nullable;

/** How many proxies there are, and what they run. */
public class ProxySummary {
    public @Nullable Integer desired;
    public @Nullable Integer ready;
    /** Acknowledged the current revision. */
    public @Nullable Integer synced;
    /** ready/desired, for a printer column. */
    public @Nullable String readyRatio;
    /** synced/desired, for a printer column. */
    public @Nullable String syncedRatio;
    /** From publishing the current revision to its last acknowledgement. */
    public @Nullable Long slowestAckMillis;
    /** Label selector of the proxy pods, for the scale subresource. */
    public @Nullable String selector;
}
