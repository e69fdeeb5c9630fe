package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What is waited for at most. */
@ValidationRule(
        value = "duration(self.connect) >= duration('1ms') && duration(self.connect) <= duration('24h')",
        messageExpression = "self.connect + ' (expected: 1ms to 24h)'",
        message = "expected: 1ms to 24h",
        fieldPath = ".connect")
@ValidationRule(
        value = "duration(self.requestHead) >= duration('1ms') && duration(self.requestHead) <= duration('24h')",
        messageExpression = "self.requestHead + ' (expected: 1ms to 24h)'",
        message = "expected: 1ms to 24h",
        fieldPath = ".requestHead")
@ValidationRule(
        value = "duration(self.request) >= duration('1ms') && duration(self.request) <= duration('24h')",
        messageExpression = "self.request + ' (expected: 1ms to 24h)'",
        message = "expected: 1ms to 24h",
        fieldPath = ".request")
@ValidationRule(
        value = "duration(self.idle) >= duration('1ms') && duration(self.idle) <= duration('24h')",
        messageExpression = "self.idle + ' (expected: 1ms to 24h)'",
        message = "expected: 1ms to 24h",
        fieldPath = ".idle")
@ValidationRule(
        value = "duration(self.stream) >= duration('1ms') && duration(self.stream) <= duration('24h')",
        messageExpression = "self.stream + ' (expected: 1ms to 24h)'",
        message = "expected: 1ms to 24h",
        fieldPath = ".stream")
@ValidationRule(
        value = "duration(self.queue) >= duration('1ms') && duration(self.queue) <= duration('24h')",
        messageExpression = "self.queue + ' (expected: 1ms to 24h)'",
        message = "expected: 1ms to 24h",
        fieldPath = ".queue")
public class Timeouts {
    @Default("1s")
    @Size(min = 2, max = 32)
    @Pattern(Syntax.DURATION)
    @JsonPropertyDescription(
            "For a connection to a backend, TLS included; then the next backend is tried. 1ms to 24h. Default: 1s.")
    public @Nullable String connect;

    @Default("10s")
    @Size(min = 2, max = 32)
    @Pattern(Syntax.DURATION)
    @JsonPropertyDescription(
            "From the first byte of a request to the end of its head; then 408. 1ms to 24h. Default: 10s.")
    public @Nullable String requestHead;

    @Default("60s")
    @Size(min = 2, max = 32)
    @Pattern(Syntax.DURATION)
    @JsonPropertyDescription(
            "From the end of a request to the head of its response, all retries included; then 504. 1ms to "
                    + "24h. Default: 60s.")
    public @Nullable String request;

    @Default("60s")
    @Size(min = 2, max = 32)
    @Pattern(Syntax.DURATION)
    @JsonPropertyDescription(
            "A client's connection without a request, or a UDP session without a datagram, ends after this. "
                    + "1ms to 24h. Default: 60s.")
    public @Nullable String idle;

    @Default("5m")
    @Size(min = 2, max = 32)
    @Pattern(Syntax.DURATION)
    @JsonPropertyDescription(
            "A body, a WebSocket or a TCP stream in which nothing moves ends after this. 1ms to 24h. " + "Default: 5m.")
    public @Nullable String stream;

    @Default("1s")
    @Size(min = 2, max = 32)
    @Pattern(Syntax.DURATION)
    @JsonPropertyDescription("For a backend whose connections are all in use; then 503. 1ms to 24h. Default: 1s.")
    public @Nullable String queue;
}
