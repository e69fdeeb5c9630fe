package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What a program beside each backend says. */
@ValidationRule(
        value = "duration(self.interval) >= duration('10ms')",
        messageExpression = "self.interval + ' (expected: at least 10ms)'",
        message = "expected: at least 10ms",
        fieldPath = ".interval")
@ValidationRule(
        value = "duration(self.timeout) > duration('0s') && duration(self.timeout) < duration(self.interval)",
        messageExpression = "self.timeout + ' (expected: above 0s and below the interval, ' + self.interval + ')'",
        message = "expected: above 0s and below the interval",
        fieldPath = ".timeout")
public class AgentCheck {
    @Required
    @Min(1)
    @Max(65_535)
    @JsonPropertyDescription("The TCP port on which it answers each connection with one line. 1 to 65535.")
    public @Nullable Integer port;

    @Default("5s")
    @Size(min = 2, max = 32)
    @Pattern(Syntax.DURATION)
    @JsonPropertyDescription("How often it is asked. At least 10ms. Default: 5s.")
    public @Nullable String interval;

    @Default("1s")
    @Size(min = 2, max = 32)
    @Pattern(Syntax.DURATION)
    @JsonPropertyDescription(
            "An agent that has not answered after this time has said nothing: what it said before stays. Above 0s and below "
                    + "interval. Default: 1s.")
    public @Nullable String timeout;
}
