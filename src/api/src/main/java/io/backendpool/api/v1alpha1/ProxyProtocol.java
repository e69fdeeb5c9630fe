package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whose connections begin with a PROXY protocol header. */
public class ProxyProtocol {
    @Required
    @Size(min = 1, max = 64)
    @JsonPropertyDescription(
            "The addresses of the load balancers in front, 1 to 64, each an address or a range such as 10.0.0.0/8 or "
                    + "2001:db8::/32. Their connections must begin with a header, and are closed where they do not; those of all "
                    + "others are taken as they are.")
    public @Nullable List<@Pattern(Syntax.IP_RANGE) @Size(min = 2, max = 43) String> trustedRanges;
}
