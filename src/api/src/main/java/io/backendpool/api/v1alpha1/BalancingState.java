package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** By what rule the proxies share traffic at the moment. */
public class BalancingState {
    /** Normal, Unprobed, LastResort, Failover, Panic or Down. */
    @JsonPropertyDescription(
            "Normal, Unprobed (no probe has answered yet: all are tried), LastResort (only backends that drain are left), "
                    + "Failover (a later priority gets a part), Panic (so few are healthy that all are tried) or Down (no backend "
                    + "may get traffic).")
    public @Nullable String mode;

    @JsonPropertyDescription("The priority that gets most of the traffic.")
    public @Nullable Integer priority;

    @JsonPropertyDescription("The rule in the pool's own figures, in one sentence.")
    public @Nullable String message;

    /** How many proxies go by the rule, of how many that say: 2/2. */
    @JsonPropertyDescription("How many proxies go by it, of how many that say so, such as 2/2.")
    public @Nullable String proxies;

    @Size(max = 32)
    @JsonPropertyDescription("What else there is to know of how weights come about: overrides, zones, subsets.")
    public @Nullable List<String> notes;
}
