package io.backendpool.api.v1alpha1;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the user wants. */
public class BackendPoolSpec {
    public @Nullable List<Listener> listeners;
    public @Nullable List<BackendGroup> backends;
    public @Nullable LoadBalancing loadBalancing;
    public @Nullable HealthCheck healthCheck;
    public @Nullable ProxySettings proxy;
}
