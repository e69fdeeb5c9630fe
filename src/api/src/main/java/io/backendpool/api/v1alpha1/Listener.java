package io.backendpool.api.v1alpha1;

import org.jspecify.annotations.Nullable;

/** A port that the proxies accept traffic on. */
public class Listener {
    public @Nullable String name;
    public @Nullable Integer port;
    public @Nullable Protocol protocol;

    /** What a listener speaks. */
    public enum Protocol {
        HTTP
    }
}
