package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** When traffic's own failures take a backend out. */
@ValidationRule(
        value = "duration(self.interval) >= duration('100ms') && duration(self.interval) <= duration('1h')",
        messageExpression = "self.interval + ' (expected: 100ms to 1h)'",
        message = "expected: 100ms to 1h",
        fieldPath = ".interval")
@ValidationRule(
        value =
                "duration(self.baseEjectionTime) >= duration('1ms') && duration(self.baseEjectionTime) <= duration('24h')",
        messageExpression = "self.baseEjectionTime + ' (expected: 1ms to 24h)'",
        message = "expected: 1ms to 24h",
        fieldPath = ".baseEjectionTime")
@ValidationRule(
        value =
                "duration(self.maxEjectionTime) >= duration(self.baseEjectionTime) && duration(self.maxEjectionTime) <= duration('24h')",
        messageExpression =
                "self.maxEjectionTime + ' (expected: at least the baseEjectionTime, ' + self.baseEjectionTime + ', and at most 24h)'",
        message = "expected: at least the baseEjectionTime, and at most 24h",
        fieldPath = ".maxEjectionTime")
@ValidationRule(
        value =
                "self.consecutive5xx + self.consecutiveGatewayErrors + self.consecutiveLocalOriginFailures + "
                        + "self.consecutiveTimeouts + self.consecutiveResets > 0 || has(self.successRate) || has(self.failurePercentage)",
        message =
                "nothing to detect by (expected: a threshold above 0, successRate or failurePercentage; or no outlierDetection)")
public class OutlierDetection {
    @Default("5")
    @Min(0)
    @Max(1_000_000)
    @JsonPropertyDescription(
            "How many responses of 500 and above in a row take a backend out, failures of its connections included. 0 to "
                    + "1000000; 0: none does. Default: 5.")
    public @Nullable Integer consecutive5xx;

    @Default("0")
    @Min(0)
    @Max(1_000_000)
    @JsonPropertyDescription("How many of 502, 503 and 504 in a row. 0 to 1000000; 0: none does. Default: 0.")
    public @Nullable Integer consecutiveGatewayErrors;

    @Default("5")
    @Min(0)
    @Max(1_000_000)
    @JsonPropertyDescription(
            "How many connections in a row that could not be made. 0 to 1000000; 0: none does. Default: 5.")
    public @Nullable Integer consecutiveLocalOriginFailures;

    @Default("5")
    @Min(0)
    @Max(1_000_000)
    @JsonPropertyDescription(
            "How many requests in a row that had no answer in time. 0 to 1000000; 0: none does. Default: 5.")
    public @Nullable Integer consecutiveTimeouts;

    @Default("5")
    @Min(0)
    @Max(1_000_000)
    @JsonPropertyDescription(
            "How many connections in a row that ended before the answer. 0 to 1000000; 0: none does. Default: 5.")
    public @Nullable Integer consecutiveResets;

    @Default("10s")
    @Size(min = 2, max = 32)
    @Pattern(Syntax.DURATION)
    @JsonPropertyDescription(
            "How often successRate and failurePercentage are judged, and ejections end. 100ms to 1h. Default: 10s.")
    public @Nullable String interval;

    @Default("30s")
    @Size(min = 2, max = 32)
    @Pattern(Syntax.DURATION)
    @JsonPropertyDescription(
            "How long the first ejection takes; the second in a row takes twice as long, the third three times. 1ms to 24h. "
                    + "Default: 30s.")
    public @Nullable String baseEjectionTime;

    @Default("5m")
    @Size(min = 2, max = 32)
    @Pattern(Syntax.DURATION)
    @JsonPropertyDescription("How long an ejection takes at most. baseEjectionTime to 24h. Default: 5m.")
    public @Nullable String maxEjectionTime;

    @Default("10")
    @Min(0)
    @Max(50)
    @JsonPropertyDescription(
            "Of an ejection's time, how many percent are added at random at most, so that backends do not return all at once. "
                    + "0 to 50. Default: 10.")
    public @Nullable Integer jitterPercent;

    @Default("10")
    @Min(0)
    @Max(100)
    @JsonPropertyDescription(
            "Of the backends, how many percent may be out at the same time; one may be in any case. 0 to 100. Default: 10.")
    public @Nullable Integer maxEjectionPercent;

    @Default("5")
    @Min(1)
    @Max(100_000)
    @JsonPropertyDescription(
            "How many backends must have had minimumRequests in an interval before successRate and failurePercentage are "
                    + "judged. 1 to 100000. Default: 5.")
    public @Nullable Integer minimumHosts;

    @Default("100")
    @Min(1)
    @Max(1_000_000)
    @JsonPropertyDescription(
            "How many requests a backend must have had in an interval to be judged by successRate and failurePercentage. 1 to "
                    + "1000000. Default: 100.")
    public @Nullable Integer minimumRequests;

    @JsonPropertyDescription(
            "Take out what succeeds far less often than the others. Written as successRate: {} for the default. Absent: off.")
    public @Nullable SuccessRate successRate;

    @JsonPropertyDescription(
            "Take out what fails this often. Written as failurePercentage: {} for the default. Absent: off.")
    public @Nullable FailurePercentage failurePercentage;

    @Default("1")
    @Min(0)
    @Max(100)
    @JsonPropertyDescription(
            "How many probes of the healthCheck in a row must succeed at the end of an ejection before a backend is back. 0 to "
                    + "100; pools without a healthCheck do without. Default: 1.")
    public @Nullable Integer returnAfterProbes;

    /** Far below the others. */
    public static class SuccessRate {
        @Default("1.9")
        @Size(min = 1, max = 8)
        @Pattern(Syntax.FACTOR)
        @JsonPropertyDescription(
                "So many standard deviations below the mean of all. \"0.1\" to \"10\", in quotes. Default: \"1.9\".")
        public @Nullable String stdevFactor;
    }

    /** More failures than this. */
    public static class FailurePercentage {
        @Default("85")
        @Min(1)
        @Max(100)
        @JsonPropertyDescription("Of the requests of an interval, in percent. 1 to 100. Default: 85.")
        public @Nullable Integer threshold;
    }
}
