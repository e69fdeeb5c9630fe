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
        value = "[has(self.http), has(self.tcp), has(self.grpc), has(self.tls)].filter(given, given).size() == 1",
        messageExpression =
                "(has(self.http) || has(self.tcp) || has(self.grpc) || has(self.tls) ? 'several probes' : 'no probe') + "
                        + "' (expected: exactly one of http, tcp, grpc and tls)'",
        message = "expected: exactly one of http, tcp, grpc and tls")
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
@ValidationRule(
        value = "!has(self.unhealthyInterval) || duration(self.unhealthyInterval) >= duration('10ms')",
        messageExpression = "self.unhealthyInterval + ' (expected: at least 10ms)'",
        message = "expected: at least 10ms",
        fieldPath = ".unhealthyInterval")
@ValidationRule(
        value = "!has(self.unhealthyInterval) || duration(self.timeout) < duration(self.unhealthyInterval)",
        messageExpression = "self.timeout + ' (expected: below the unhealthyInterval, ' + self.unhealthyInterval + ')'",
        message = "expected: below the unhealthyInterval",
        fieldPath = ".timeout")
public class HealthCheck {
    @JsonPropertyDescription("Probe with an HTTP request; exactly one of http, tcp, grpc and tls is given.")
    public @Nullable HttpProbe http;

    @JsonPropertyDescription(
            "Probe by opening a TCP connection, written as tcp: {}; a connection that is accepted is a "
                    + "success, unless more is expected. Exactly one of http, tcp, grpc and tls is given.")
    public @Nullable TcpProbe tcp;

    @JsonPropertyDescription(
            "Probe by grpc.health.v1.Health/Check, written as grpc: {} for the health of the whole server. Exactly one of "
                    + "http, tcp, grpc and tls is given.")
    public @Nullable GrpcProbe grpc;

    @JsonPropertyDescription(
            "Probe by a TLS handshake, written as tls: {}; the certificate is verified where the group has tls. Exactly one of "
                    + "http, tcp, grpc and tls is given.")
    public @Nullable TlsProbe tls;

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

    @Size(min = 2, max = 32)
    @Pattern(Syntax.DURATION)
    @JsonPropertyDescription(
            "The interval for backends that are unhealthy. At least 10ms, above timeout. Default: interval.")
    public @Nullable String unhealthyInterval;

    @Default("10")
    @Min(0)
    @Max(50)
    @JsonPropertyDescription(
            "Of the interval, how many percent are added at random at most, so that the proxies do not probe all at once. 0 to "
                    + "50. Default: 10.")
    public @Nullable Integer jitterPercent;

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

    @JsonPropertyDescription(
            "Ask a program beside each backend, too, in HAProxy's words: it answers each connection with one line of 75%, "
                    + "drain, ready, up, down or maint. Absent: nobody is asked.")
    public @Nullable AgentCheck agent;
}
