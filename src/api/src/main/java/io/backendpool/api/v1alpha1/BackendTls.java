package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** How a TLS connection to a backend is made. */
@ValidationRule(
        value = "has(self.serverName) || self.insecureSkipVerify",
        message = "no serverName (expected: the name that the backends' certificate is for)",
        fieldPath = ".serverName")
@ValidationRule(
        value = "!(has(self.caCertificateRef) && self.insecureSkipVerify)",
        message = "caCertificateRef with insecureSkipVerify: true (expected: one of the two)",
        fieldPath = ".caCertificateRef")
public class BackendTls {
    @Size(min = 1, max = 253)
    @Pattern(Syntax.SERVER_NAME)
    @JsonPropertyDescription("The name that the backends' certificate must be for; it is asked for (SNI), too.")
    public @Nullable String serverName;

    @JsonPropertyDescription(
            "A Secret in the pool's namespace whose ca.crt holds the certificates of the authorities to trust, "
                    + "in PEM. Absent: the authorities that the proxy's image trusts.")
    public @Nullable SecretReference caCertificateRef;

    @Default("false")
    @JsonPropertyDescription(
            "Take any certificate. Whoever answers at a backend's address is then taken for the backend. "
                    + "Default: false.")
    public @Nullable Boolean insecureSkipVerify;
}
