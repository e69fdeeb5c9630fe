package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A port that the proxies accept traffic on. */
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
    @JsonPropertyDescription("The TCP port on which every proxy accepts traffic, unique in the pool. 1 to 65535.")
    public @Nullable Integer port;

    @Default("HTTP")
    @JsonPropertyDescription("What clients speak on this port. HTTP: HTTP/1.1 in plain text. Default: HTTP.")
    public @Nullable Protocol protocol;

    /** What a listener speaks. */
    public enum Protocol {
        HTTP
    }
}
