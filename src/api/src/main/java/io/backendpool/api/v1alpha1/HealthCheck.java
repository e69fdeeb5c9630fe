package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** How backends are probed. */
@ValidationRule(
        value = "has(self.http) != has(self.tcp)",
        messageExpression =
                "(has(self.http) ? 'http and tcp' : 'neither http nor tcp') + ' (expected: exactly one of http and tcp)'",
        message = "expected: exactly one of http and tcp")
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
public class HealthCheck {
    @JsonPropertyDescription("Probe with an HTTP request; exactly one of http and tcp is given.")
    public @Nullable HttpProbe http;

    @JsonPropertyDescription(
            "Probe by opening a TCP connection, written as tcp: {}; a connection that is accepted is a "
                    + "success. Exactly one of http and tcp is given.")
    public @Nullable TcpProbe tcp;

    @Min(1)
    @Max(65_535)
    @JsonPropertyDescription("The port to probe, 1 to 65535. Default: the port that the backend's traffic goes to.")
    public @Nullable Integer port;

    @Default("5s")
    @Size(min = 2, max = 32)
    @Pattern(Syntax.DURATION)
    @JsonPropertyDescription(
            "From the start of one probe of a backend to the start of the next, by each proxy. A duration such "
                    + "as 500ms, 5s or 1m30s, at least 10ms. Default: 5s.")
    public @Nullable String interval;

    @Default("1s")
    @Size(min = 2, max = 32)
    @Pattern(Syntax.DURATION)
    @JsonPropertyDescription(
            "A probe that has no answer after this time has failed. A duration such as 500ms or 1s, above 0s "
                    + "and below interval. Default: 1s.")
    public @Nullable String timeout;

    @Default("2")
    @Min(1)
    @Max(100)
    @JsonPropertyDescription(
            "How many probes in a row must succeed before an unhealthy backend is healthy again. 1 to 100. "
                    + "Default: 2.")
    public @Nullable Integer healthyThreshold;

    @Default("3")
    @Min(1)
    @Max(100)
    @JsonPropertyDescription(
            "How many probes in a row must fail before a healthy backend is unhealthy. 1 to 100. Default: 3.")
    public @Nullable Integer unhealthyThreshold;
}
