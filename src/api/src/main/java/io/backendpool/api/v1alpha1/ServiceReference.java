package io.backendpool.api.v1alpha1;

import io.fabric8.kubernetes.api.model.IntOrString;
import org.jspecify.annotations.Nullable;

/** A Service of the pool's namespace. */
public class ServiceReference {
    public @Nullable String name;
    public @Nullable IntOrString port;
}
