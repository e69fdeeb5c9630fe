package io.backendpool.api.v1alpha1;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Backends that share one weight. */
public class BackendGroup {
    public @Nullable String name;
    public @Nullable ServiceReference service;
    public @Nullable List<String> addresses;
    public @Nullable Integer weight;
}
