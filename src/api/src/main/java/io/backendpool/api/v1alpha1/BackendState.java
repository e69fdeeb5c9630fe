package io.backendpool.api.v1alpha1;

import org.jspecify.annotations.Nullable;

/** One backend as the proxies see it. */
public class BackendState {
    public @Nullable String group;
    public @Nullable String address;
    /** The pod or the DNS name that the address came from. */
    public @Nullable String origin;
    /** Healthy, Unhealthy, Unknown or Draining. */
    public @Nullable String health;

    public @Nullable String reason;
    /** The part of the group weight that it would have were all of the group healthy; a decimal such as 33.33. */
    public @Nullable String declaredWeight;

    public @Nullable String effectiveWeight;
    /** Percent of the requests of the last seconds, such as 33%. */
    public @Nullable String trafficShare;
    /** How many proxies agree on the health, of how many that report: 2/2. */
    public @Nullable String proxies;
    /** RFC 3339. */
    public @Nullable String since;
}
