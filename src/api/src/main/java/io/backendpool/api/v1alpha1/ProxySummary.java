package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import org.jspecify.annotations.Nullable;

/** How many proxies there are, and what they run. */
public class ProxySummary {
    @JsonPropertyDescription("How many proxies should run.")
    public @Nullable Integer desired;

    @StatusReplicas
    @JsonPropertyDescription("How many proxies are ready to serve.")
    public @Nullable Integer ready;

    /** Acknowledged the current revision. */
    @JsonPropertyDescription("How many proxies have acknowledged the current revision: it is live on them.")
    public @Nullable Integer synced;

    /** ready/desired, for a printer column. */
    @JsonPropertyDescription("ready/desired, such as 2/2.")
    public @Nullable String readyRatio;

    /** synced/desired, for a printer column. */
    @JsonPropertyDescription("synced/desired, such as 2/2.")
    public @Nullable String syncedRatio;

    /** From publishing the current revision to its last acknowledgement. */
    @JsonPropertyDescription("Milliseconds from publishing the current revision to its last acknowledgement.")
    public @Nullable Long slowestAckMillis;

    /** Label selector of the proxy pods, for the scale subresource. */
    @LabelSelector
    @JsonPropertyDescription("The label selector of the proxies' pods, for the scale subresource.")
    public @Nullable String selector;
}
