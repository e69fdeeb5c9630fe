package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When a request is sent again. */
@ValidationRule(
        value = "has(self.perTryTimeout) || !self.retryOn.exists(failure, failure == 'Timeout')",
        message = "retryOn names Timeout, and there is no perTryTimeout (expected: a duration)",
        fieldPath = ".perTryTimeout")
@ValidationRule(
        value = "!has(self.perTryTimeout) || duration(self.perTryTimeout) >= duration('1ms')",
        messageExpression = "self.perTryTimeout + ' (expected: at least 1ms)'",
        message = "expected: at least 1ms",
        fieldPath = ".perTryTimeout")
public class Retries {
    @Default("2")
    @Min(0)
    @Max(10)
    @JsonPropertyDescription("How often one request is sent again at most, 0 to 10. Default: 2.")
    public @Nullable Integer attempts;

    @Default("[\"Reset\"]")
    @Size(max = 2)
    @JsonPropertyDescription(
            "Which failures are tried again. Reset: the connection ended before a byte of the response. Timeout: the try "
                    + "took longer than perTryTimeout. Default: [Reset].")
    public @Nullable List<RetryOn> retryOn;

    @Size(max = 32)
    @JsonPropertyDescription(
            "Which responses are tried again, too: codes or ranges, as \"503\" or \"502-504\", up to 32. Absent: none.")
    public @Nullable List<@Pattern(Syntax.STATUS_RANGE) @Size(max = 7) String> statuses;

    @Size(min = 2, max = 32)
    @Pattern(Syntax.DURATION)
    @JsonPropertyDescription(
            "From the end of the request to the head of the response, for each try. A duration such as 2s, "
                    + "at least 1ms. Absent: only timeouts.request counts.")
    public @Nullable String perTryTimeout;

    @Default("20")
    @Min(0)
    @Max(100)
    @JsonPropertyDescription(
            "Of the requests under way in a proxy, how many percent may be retries, so that retries do not "
                    + "bury backends that are overloaded; three are always allowed. 0 to 100. Default: 20.")
    public @Nullable Integer budgetPercent;

    /** A failure of a try. */
    public enum RetryOn {
        Reset,
        Timeout
    }
}
