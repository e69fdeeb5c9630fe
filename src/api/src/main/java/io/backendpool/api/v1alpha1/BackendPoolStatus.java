package io.backendpool.api.v1alpha1;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the data plane really does. */
public class BackendPoolStatus {
    public @Nullable Long observedGeneration;
    public @Nullable Long revision;
    public @Nullable String digest;
    public @Nullable String address;
    public @Nullable List<Condition> conditions;
    public @Nullable BackendSummary summary;
    public @Nullable List<BackendState> backends;
    public @Nullable ProxySummary proxies;
    public @Nullable TrafficSummary traffic;
}
