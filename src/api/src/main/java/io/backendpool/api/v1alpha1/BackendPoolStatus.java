package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the data plane really does. */
public class BackendPoolStatus {
    @JsonPropertyDescription("The metadata.generation that this status speaks of.")
    public @Nullable Long observedGeneration;

    @JsonPropertyDescription(
            "The newest revision published to the proxies. It grows with every change of the pool or of its "
                    + "endpoints.")
    public @Nullable Long revision;

    @JsonPropertyDescription(
            "The digest of the whole pool at that revision. A proxy is synced when it has reached the same one.")
    public @Nullable String digest;

    @JsonPropertyDescription("Where clients reach the pool: host:port of its first listener.")
    public @Nullable String address;

    @Size(max = 16)
    @JsonPropertyDescription(
            "Accepted: the manifest is valid. ResolvedRefs: all that it names was found. Programmed: every proxy "
                    + "runs the current revision. Ready: it serves. Reconciling: a change is on its way. Stalled: no progress without "
                    + "your help. Overridden: traffic follows an override rather than the manifest alone.")
    public @Nullable List<Condition> conditions;

    @JsonPropertyDescription("How many backends are in which state.")
    public @Nullable BackendSummary summary;

    @JsonPropertyDescription("By what rule the proxies share traffic among the backends. Absent: no proxy has said.")
    public @Nullable BalancingState balancing;

    @Size(max = 100)
    @JsonPropertyDescription(
            "The backends as the proxies see them, the worst first, at most 100; the totals are in summary.")
    public @Nullable List<BackendState> backends;

    @JsonPropertyDescription("How many proxies there are, and what they run.")
    public @Nullable ProxySummary proxies;

    @JsonPropertyDescription("Until when the channel between the operator and the proxies can prove itself.")
    public @Nullable ControlChannelStatus controlChannel;

    @JsonPropertyDescription("What goes through the pool, smoothed.")
    public @Nullable TrafficSummary traffic;
}
