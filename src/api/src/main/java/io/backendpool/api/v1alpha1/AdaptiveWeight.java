package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Weights that follow latency and errors. */
@ValidationRule(
        value = "self.floor <= self.ceiling",
        message = "above the ceiling (expected: at most the ceiling)",
        fieldPath = ".floor")
public class AdaptiveWeight {
    @Required
    @JsonPropertyDescription(
            "Observe: the status shows what the weights would be. Enforce: traffic follows them. Disabled: neither.")
    public @Nullable Mode mode;

    @Default("10")
    @Min(1)
    @Max(1_000)
    @JsonPropertyDescription(
            "Of the declared weight, the lowest percentage that it may go to. 1 to 1000, at most the ceiling. Default: 10.")
    public @Nullable Integer floor;

    @Default("200")
    @Min(1)
    @Max(1_000)
    @JsonPropertyDescription("Of the declared weight, the highest percentage. 1 to 1000. Default: 200.")
    public @Nullable Integer ceiling;

    @Default("10")
    @Min(1)
    @Max(100)
    @JsonPropertyDescription(
            "Of the declared weight, by how many percent it changes at once at most. 1 to 100. Default: 10.")
    public @Nullable Integer step;

    /** What becomes of adapted weights. */
    public enum Mode {
        Disabled,
        Observe,
        Enforce
    }
}
