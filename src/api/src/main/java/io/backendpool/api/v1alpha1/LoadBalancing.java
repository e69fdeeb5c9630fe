package io.backendpool.api.v1alpha1;

import org.jspecify.annotations.Nullable;

/** How a backend is chosen. */
public class LoadBalancing {
    public @Nullable Policy policy;

    /** The rules to choose by. */
    public enum Policy {
        RoundRobin,
        Random
    }
}
