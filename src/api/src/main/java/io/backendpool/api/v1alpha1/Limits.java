package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** What clients get at most of each proxy. */
public class Limits {
    @Default("20000")
    @Min(1)
    @Max(1_000_000)
    @JsonPropertyDescription(
            "Connections of all clients, 1 to 1000000. One more is answered with 503, or closed where no HTTP is spoken. "
                    + "Default: 20000.")
    public @Nullable Integer connections;

    @Min(1)
    @Max(1_000_000)
    @JsonPropertyDescription("Connections of one client address, 1 to 1000000. Absent: no more limit than connections.")
    public @Nullable Integer connectionsPerClient;

    @Default("65536")
    @Min(1_024)
    @Max(1_048_576)
    @JsonPropertyDescription(
            "Bytes of the head of a request, and of its trailers, 1024 to 1048576. Beyond it the answer is 431. Default: "
                    + "65536.")
    public @Nullable Integer headBytes;
}
