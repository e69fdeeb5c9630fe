package io.backendpool.api.v1alpha1;

import org.jspecify.annotations.Nullable;

/** How backends are probed. */
public class HealthCheck {
    public @Nullable HttpProbe http;
    public @Nullable TcpProbe tcp;
    public @Nullable Integer port;
    public @Nullable String interval;
    public @Nullable String timeout;
    public @Nullable Integer healthyThreshold;
    public @Nullable Integer unhealthyThreshold;
}
