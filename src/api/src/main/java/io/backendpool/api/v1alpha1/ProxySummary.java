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

    /** From publishing the oldest change that the current revision brought to its last acknowledgement. */
    @JsonPropertyDescription(
            "Milliseconds until the slowest proxy had acknowledged the current revision, from publishing the oldest "
                    + "change that came to it with that revision.")
    public @Nullable Long slowestAckMillis;

    /** RFC 3339. The oldest change of a burst counts, not the newest revision. */
    @JsonPropertyDescription(
            "Since when a connected proxy lags: when the oldest change of the pool or of its endpoints was published "
                    + "that it has not acknowledged yet, RFC 3339. Absent: every connected proxy runs the current revision.")
    public @Nullable String behindSince;

    /** Label selector of the proxy pods, for the scale subresource. */
    @LabelSelector
    @JsonPropertyDescription("The label selector of the proxies' pods, for the scale subresource.")
    public @Nullable String selector;
}
