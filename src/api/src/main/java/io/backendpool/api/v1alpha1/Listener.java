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

/** A port that the proxies accept traffic on. */
@ValidationRule(
        value = "(self.protocol == 'HTTPS') == has(self.tls)",
        messageExpression =
                "has(self.tls) ? 'tls with protocol ' + self.protocol + ' (expected: protocol HTTPS, or no tls)' : "
                        + "'no tls with protocol HTTPS (expected: tls.certificateRefs)'",
        message = "expected: tls with protocol HTTPS, and only there")
@ValidationRule(
        value = "self.protocol != 'UDP' || !has(self.proxyProtocol)",
        message = "proxyProtocol with protocol UDP (expected: a protocol over TCP)",
        fieldPath = ".proxyProtocol")
public class Listener {
    @Required
    @Size(min = 1, max = 63)
    @Pattern(Syntax.LABEL)
    @JsonPropertyDescription(
            "The listener's name, unique in the pool; also the name of its port in the Service in front of "
                    + "the proxies. Lower-case letters, digits and '-', 1 to 63 characters.")
    public @Nullable String name;

    @Required
    @Min(1)
    @Max(65_535)
    @JsonPropertyDescription(
            "The port on which every proxy accepts traffic, 1 to 65535. A UDP port if protocol is UDP, else a TCP port; "
                    + "unique in the pool among those of its kind.")
    public @Nullable Integer port;

    @Default("HTTP")
    @JsonPropertyDescription(
            "What clients speak on this port. HTTP: HTTP/1.1, or HTTP/2 by prior knowledge, in plain text. HTTPS: the "
                    + "same in TLS, which ends here. TCP: bytes, passed on as they are. UDP: datagrams, passed on as they are. "
                    + "TLS: passed on without being decrypted, to the group whose serverNames has the name that the client "
                    + "asks for. Default: HTTP.")
    public @Nullable Protocol protocol;

    @JsonPropertyDescription("How TLS ends here. Given with protocol HTTPS, and only there.")
    public @Nullable ListenerTls tls;

    @JsonPropertyDescription(
            "Learn the client's address from a PROXY protocol header, version 1 or 2, that a load balancer "
                    + "in front puts before each connection.")
    public @Nullable ProxyProtocol proxyProtocol;

    /** What a listener speaks. */
    public enum Protocol {
        HTTP,
        HTTPS,
        TCP,
        UDP,
        TLS
    }
}
