package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a listener ends TLS. */
public class ListenerTls {
    @Required
    @Size(min = 1, max = 16)
    @JsonPropertyDescription(
            "Secrets of type kubernetes.io/tls in the pool's namespace, 1 to 16, each once. A client gets the certificate "
                    + "that fits the server name that it asks for, an ECDSA one where it takes it; the first one where none fits. "
                    + "A changed Secret is live at once. Standalone mode takes them from files.")
    public @Nullable List<SecretReference> certificateRefs;

    @Default("TLSv1.2")
    @JsonPropertyDescription("The oldest version of TLS that is spoken: TLSv1.2 or TLSv1.3. Default: TLSv1.2.")
    public @Nullable Version minVersion;

    /** A version of TLS. */
    public enum Version {
        @JsonProperty("TLSv1.2")
        TLS_1_2,
        @JsonProperty("TLSv1.3")
        TLS_1_3
    }
}
