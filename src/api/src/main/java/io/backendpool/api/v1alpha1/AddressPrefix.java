package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** So many bits of an address. */
public class AddressPrefix {
    @Default("32")
    @Min(1)
    @Max(32)
    @JsonPropertyDescription("How many bits of an IPv4 address count, 1 to 32. Default: 32.")
    public @Nullable Integer prefixV4;

    @Default("128")
    @Min(1)
    @Max(128)
    @JsonPropertyDescription(
            "How many bits of an IPv6 address count, 1 to 128; many clients have 64 bits of their own. Default: 128.")
    public @Nullable Integer prefixV6;
}
