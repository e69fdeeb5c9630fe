package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What it says. */
@ValidationRule(
        value = "[has(self.drain), has(self.weight), has(self.weightPercent)].filter(given, given).size() == 1",
        message = "none or several (expected: exactly one of drain, weight and weightPercent)")
@ValidationRule(
        value = "!has(self.drain) || self.drain",
        message = "false (expected: true; delete the override to end it)",
        fieldPath = ".drain")
@ValidationRule(
        value = "!has(self.weight) || !has(self.address)",
        message = "weight with an address (expected: weightPercent, for the weight belongs to the group)",
        fieldPath = ".weight")
@ValidationRule(
        value = "!has(self.weightPercent) || has(self.address)",
        message = "weightPercent without an address (expected: weight, for a whole group)",
        fieldPath = ".weightPercent")
public class BackendPoolOverrideSpec {
    @Required
    @Size(min = 1, max = 50)
    @Pattern(Syntax.SERVICE_NAME)
    @JsonPropertyDescription("The name of the BackendPool, in the same namespace.")
    public @Nullable String pool;

    @Required
    @Size(min = 1, max = 63)
    @Pattern(Syntax.LABEL)
    @JsonPropertyDescription("The name of a group of its spec.backends.")
    public @Nullable String group;

    @Size(min = 3, max = 260)
    @Pattern(Syntax.LITERAL_ADDRESS)
    @JsonPropertyDescription(
            "One backend of the group, as the pool's status shows it: 10.0.0.7:8080 or [2001:db8::7]:8080. Absent: all of the "
                    + "group.")
    public @Nullable String address;

    @JsonPropertyDescription(
            "true: no new requests and sessions; what is under way finishes. Exactly one of drain, weight and weightPercent.")
    public @Nullable Boolean drain;

    @Min(0)
    @Max(1_000_000)
    @JsonPropertyDescription(
            "The weight of the group in place of the declared one, 0 to 1000000. For a group only. Exactly one of drain, weight "
                    + "and weightPercent.")
    public @Nullable Integer weight;

    @Min(0)
    @Max(100)
    @JsonPropertyDescription(
            "Of the backend's share of its group, in percent, 0 to 100. For an address only. Exactly one of drain, weight and "
                    + "weightPercent.")
    public @Nullable Integer weightPercent;

    @Size(min = 20, max = 35)
    @Pattern(Syntax.TIMESTAMP)
    @ValidationRule(
            value = "timestamp(self) > timestamp('1970-01-01T00:00:00Z')",
            message = "no time (expected: RFC 3339, such as 2026-01-31T06:00:00Z)")
    @JsonPropertyDescription(
            "When it ends by itself, RFC 3339, such as 2026-01-31T06:00:00Z. Absent: when it is deleted.")
    public @Nullable String until;

    @Size(max = 256)
    @JsonPropertyDescription("Why, for people; shown in the pool's status. Up to 256 characters.")
    public @Nullable String reason;
}
