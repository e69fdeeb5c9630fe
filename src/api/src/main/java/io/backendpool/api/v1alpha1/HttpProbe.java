package io.backendpool.api.v1alpha1;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An HTTP request as a probe. */
public class HttpProbe {
    public @Nullable String path;
    public @Nullable String host;
    public @Nullable List<String> expectedStatuses;
}
