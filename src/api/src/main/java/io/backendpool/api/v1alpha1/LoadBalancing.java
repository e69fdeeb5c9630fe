package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import org.jspecify.annotations.Nullable;

/** How a backend is chosen. */
public class LoadBalancing {
    @Default("RoundRobin")
    @JsonPropertyDescription(
            "The rule by which a backend is chosen for a request. RoundRobin: in turn, heavier backends more "
                    + "often, evenly interleaved. Random: independently at random, by weight. Default: RoundRobin.")
    public @Nullable Policy policy;

    /** The rules to choose by. */
    public enum Policy {
        RoundRobin,
        Random
    }
}
