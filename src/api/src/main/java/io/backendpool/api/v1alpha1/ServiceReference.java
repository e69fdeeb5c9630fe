package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.IntOrString;
import org.jspecify.annotations.Nullable;

/** A Service of the pool's namespace. */
public class ServiceReference {
    @Required
    @Size(min = 1, max = 63)
    @Pattern(Syntax.SERVICE_NAME)
    @JsonPropertyDescription(
            "The name of a Service in the pool's namespace. Its type does not matter: the proxies talk to "
                    + "its endpoints, not to its cluster IP.")
    public @Nullable String name;

    @Required
    @JsonPropertyDescription(
            "The port of the Service: its number, 1 to 65535, or its name, up to 15 lower-case letters, digits and single dashes. Traffic goes to the target port behind it.")
    public @Nullable IntOrString port;
}
