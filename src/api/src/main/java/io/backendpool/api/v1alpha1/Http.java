package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is added to requests on their way. */
public class Http {
    @Default("[\"XForwarded\"]")
    @Size(max = 2)
    @JsonPropertyDescription("Which fields tell a backend where a request came from. XForwarded: X-Forwarded-For, "
            + "X-Forwarded-Proto, X-Forwarded-Host and X-Forwarded-Port. Forwarded: the field of RFC 7239. Default: "
            + "[XForwarded].")
    public @Nullable List<Forwarding> forwarding;

    @Default("0")
    @Min(0)
    @Max(16)
    @JsonPropertyDescription(
            "How many proxies in front of this one are trusted, 0 to 16. 0: what clients say in the forwarding fields is "
                    + "dropped. n: it is kept and added to, and the n-th address from the end counts as the client's. Default: "
                    + "0.")
    public @Nullable Integer trustedHops;

    @Size(min = 1, max = 64)
    @Pattern(Syntax.TOKEN)
    @JsonPropertyDescription(
            "The pseudonym that is added to the Via field of requests and responses. Absent: no Via is added.")
    public @Nullable String via;

    @Default("Keep")
    @JsonPropertyDescription(
            "Whose X-Request-Id a backend gets. Keep: the client's where it sent one, else a new one. Replace: "
                    + "a new one in any case. Default: Keep.")
    public @Nullable RequestId requestId;

    /** A way to say where a request came from. */
    public enum Forwarding {
        XForwarded,
        Forwarded
    }

    /** Whose id a request bears. */
    public enum RequestId {
        Keep,
        Replace
    }
}
