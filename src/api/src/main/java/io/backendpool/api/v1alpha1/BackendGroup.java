package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Backends that share one weight. */
@ValidationRule(
        value = "has(self.service) != has(self.addresses)",
        messageExpression = "(has(self.service) ? 'service and addresses' : 'neither service nor addresses') + "
                + "' (expected: exactly one of service and addresses)'",
        message = "expected: exactly one of service and addresses")
@ValidationRule(
        value = "(self.protocol in ['HTTPS', 'H2']) == has(self.tls)",
        messageExpression =
                "has(self.tls) ? 'tls with protocol ' + self.protocol + ' (expected: protocol HTTPS or H2, or no tls)' : "
                        + "'no tls with protocol ' + self.protocol + ' (expected: tls.serverName)'",
        message = "expected: tls with protocol HTTPS or H2, and only there")
@ValidationRule(
        value = "!has(self.proxyProtocol) || !(self.protocol in ['H2C', 'H2'])",
        messageExpression =
                "'proxyProtocol with protocol ' + self.protocol + ' (expected: protocol HTTP or HTTPS, or no proxyProtocol)'",
        message = "expected: proxyProtocol with protocol HTTP or HTTPS only",
        fieldPath = ".proxyProtocol")
public class BackendGroup {
    @Required
    @Size(min = 1, max = 63)
    @Pattern(Syntax.LABEL)
    @JsonPropertyDescription("The group's name, unique in the pool; it appears in status, metrics and logs. Lower-case "
            + "letters, digits and '-', 1 to 63 characters.")
    public @Nullable String name;

    @JsonPropertyDescription("A Service whose ready endpoints are the group's backends, followed as they come and go. "
            + "Exactly one of service and addresses is given. Needs a cluster: standalone mode knows addresses only.")
    public @Nullable ServiceReference service;

    @Size(min = 1, max = 1_000)
    @JsonPropertyDescription("The group's backends as host:port, 1 to 1000, each once. The host is an IPv4 address "
            + "(203.0.113.7:8080), an IPv6 address in brackets ([2001:db8::7]:8080) or a DNS name (web.example.com:8080), "
            + "which stands for all the addresses that it resolves to and is resolved again when its TTL ends.")
    public @Nullable List<@Pattern(Syntax.ADDRESS) @Size(min = 3, max = 260) String> addresses;

    @Default("100")
    @Min(0)
    @Max(1_000_000)
    @JsonPropertyDescription(
            "The group's share of the traffic, relative to the sum of all groups' weights: 90 beside 10 gets "
                    + "90 %. It is shared out evenly among the group's healthy backends, so it does not depend on their number. "
                    + "0 to 1000000; 0 gets no traffic; not every group may have 0. Default: 100.")
    public @Nullable Integer weight;

    @Default("0")
    @Min(0)
    @Max(7)
    @JsonPropertyDescription(
            "0 to 7. Groups of priority 0 get the traffic; those of 1 get what the ones before are not healthy enough for, and "
                    + "so on. Default: 0.")
    public @Nullable Integer priority;

    @Default("HTTP")
    @JsonPropertyDescription(
            "What the backends speak, for traffic of listeners of protocol HTTP and HTTPS. HTTP: HTTP/1.1 in "
                    + "plain text. H2C: HTTP/2 in plain text, as gRPC servers do. HTTPS: HTTP/1.1 in TLS. H2: HTTP/2 in TLS. Default: "
                    + "HTTP.")
    public @Nullable Protocol protocol;

    @JsonPropertyDescription(
            "How the TLS connections to the backends are made. Given with protocol HTTPS and H2, and only there.")
    public @Nullable BackendTls tls;

    @JsonPropertyDescription(
            "Begin each connection to a backend with a PROXY protocol header that names the client: V1 is "
                    + "text, V2 binary. Not with protocol H2C and H2. Absent: no header. The backends must expect it.")
    public @Nullable ProxyProtocolVersion proxyProtocol;

    @Size(min = 1, max = 64)
    @JsonPropertyDescription(
            "For listeners of protocol TLS: the server names (SNI) whose connections the group takes, 1 to 64, such as "
                    + "shop.example.com or *.example.com. The exact name wins, then the longest wildcard. Absent: the group takes "
                    + "the connections that no other group's names fit.")
    public @Nullable List<@Pattern(Syntax.SERVER_NAME_OR_WILDCARD) @Size(min = 1, max = 253) String> serverNames;

    /** What backends speak. */
    public enum Protocol {
        HTTP,
        H2C,
        HTTPS,
        H2
    }

    /** The version of a PROXY protocol header. */
    public enum ProxyProtocolVersion {
        V1,
        V2
    }
}
