package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the user wants. */
@ValidationRule(
        value = "!has(self.retries) || self.listeners.exists(l, l.protocol == 'HTTP' || l.protocol == 'HTTPS')",
        message = "retries without a listener of protocol HTTP or HTTPS (expected: one, for only requests are retried)",
        fieldPath = ".retries")
@ValidationRule(
        value = "!has(self.http) || self.listeners.exists(l, l.protocol == 'HTTP' || l.protocol == 'HTTPS')",
        message = "http without a listener of protocol HTTP or HTTPS (expected: one)",
        fieldPath = ".http")
@ValidationRule(
        value =
                "self.backends.all(b, b.protocol == 'HTTP') || self.listeners.exists(l, l.protocol == 'HTTP' || l.protocol == 'HTTPS')",
        message =
                "a protocol other than HTTP without a listener of protocol HTTP or HTTPS (expected: none, for bytes are "
                        + "passed on as they are)",
        fieldPath = ".backends")
@ValidationRule(
        value = "!self.backends.exists(b, has(b.serverNames)) || self.listeners.exists(l, l.protocol == 'TLS')",
        message = "serverNames without a listener of protocol TLS (expected: one)",
        fieldPath = ".backends")
@ValidationRule(
        value =
                "!has(self.session) || has(self.session.sourceIP) || self.listeners.all(l, l.protocol in ['HTTP', 'HTTPS'])",
        message =
                "by a cookie or a header, and a listener of protocol TCP, UDP or TLS (expected: sourceIP, or listeners of "
                        + "protocol HTTP and HTTPS only)",
        fieldPath = ".session")
@ValidationRule(
        value = "!has(self.session) || !has(self.session.cookie) || self.session.cookie.secure != 'Auto' || "
                + "(self.session.cookie.prefix == 'None' && self.session.cookie.sameSite != 'None') || "
                + "!self.listeners.exists(l, l.protocol == 'HTTP')",
        message =
                "secure Auto with a prefix or with sameSite None, and a listener of protocol HTTP (expected: secure Always, else "
                        + "browsers drop the cookie)",
        fieldPath = ".session")
@ValidationRule(
        value = "!has(self.loadBalancing) || !has(self.loadBalancing.hash) || self.listeners.all(l, "
                + "self.loadBalancing.hash.exists(k, has(k.clientIP) || (has(k.serverName) ? l.protocol in ['HTTPS', 'TLS'] : "
                + "l.protocol in ['HTTP', 'HTTPS'])))",
        message =
                "no hash key for one of the listeners (expected: for each listener a key that its clients have; clientIP "
                        + "does for all)",
        fieldPath = ".loadBalancing")
@ValidationRule(
        value =
                "!has(self.healthCheck) || !has(self.healthCheck.grpc) || self.backends.all(b, b.protocol in ['H2C', 'H2']) || "
                        + "!self.listeners.exists(l, l.protocol in ['HTTP', 'HTTPS'])",
        message = "grpc, and a group of protocol HTTP or HTTPS (expected: groups of protocol H2C or H2)",
        fieldPath = ".healthCheck")
public class BackendPoolSpec {
    @Required
    @Size(min = 1, max = 16)
    @ValidationRule(
            value =
                    "self.all(l, self.exists_one(other, other.port == l.port && (other.protocol == 'UDP') == (l.protocol == 'UDP')))",
            message = "a port more than once (expected: each port once, but a UDP port beside a TCP port)")
    @JsonPropertyDescription(
            "The ports on which the proxies accept traffic: 1 to 16, each with its own name and port. They "
                    + "can be added and removed while the proxies run.")
    public @Nullable List<Listener> listeners;

    @Required
    @Size(min = 1, max = 64)
    @ValidationRule(
            value = "self.exists(group, group.weight > 0)",
            message = "every weight is 0 (expected: at least one group with a weight above 0)")
    @JsonPropertyDescription(
            "The groups of backends that the traffic is shared among, by weight: 1 to 64, each with its own " + "name.")
    public @Nullable List<BackendGroup> backends;

    @Default("{}")
    @JsonPropertyDescription("How a backend is chosen for a request.")
    public @Nullable LoadBalancing loadBalancing;

    @JsonPropertyDescription(
            "How the proxies probe the backends. A backend that fails gets no traffic until it succeeds again. "
                    + "Absent: nothing is probed and a backend counts as healthy as long as its Service says that it is ready.")
    public @Nullable HealthCheck healthCheck;

    @JsonPropertyDescription(
            "When failures of the traffic itself take a backend out for a while, counted by each proxy. Written as "
                    + "outlierDetection: {} for the defaults. Absent: never.")
    public @Nullable OutlierDetection outlierDetection;

    @JsonPropertyDescription(
            "Whether the weights of backends follow their latency and their errors, in relation to the others of the pool. "
                    + "Absent: they do not.")
    public @Nullable AdaptiveWeight adaptiveWeight;

    @JsonPropertyDescription(
            "How the requests of one client are kept on one backend. Absent: each request is balanced by itself.")
    public @Nullable Session session;

    @JsonPropertyDescription("What the proxies wait for at most. Absent: each timeout's default.")
    public @Nullable Timeouts timeouts;

    @JsonPropertyDescription(
            "When a request that reached a backend is sent to another one. One of which no byte was sent is tried elsewhere "
                    + "in any case; one that is not idempotent, such as a POST, is never sent twice. Absent: twice, where the "
                    + "connection ended before the response.")
    public @Nullable Retries retries;

    @JsonPropertyDescription(
            "What one backend gets at most from each proxy at the same time. Absent: each limit's default.")
    public @Nullable CircuitBreaker circuitBreaker;

    @JsonPropertyDescription("What clients get at most of each proxy. Absent: each limit's default.")
    public @Nullable Limits limits;

    @JsonPropertyDescription(
            "What is added to HTTP requests on their way. Absent: X-Forwarded fields and a request id.")
    public @Nullable Http http;

    @Default("{}")
    @JsonPropertyDescription(
            "The proxies as Kubernetes objects: how many, how big, where they run. Standalone mode ignores all "
                    + "but terminationGracePeriod.")
    public @Nullable ProxySettings proxy;
}
