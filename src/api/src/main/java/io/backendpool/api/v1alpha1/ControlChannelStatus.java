package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** The channel between the operator and the proxies; the same for all pools of an operator. */
public class ControlChannelStatus {
    /** RFC 3339. */
    @JsonPropertyDescription(
            "When the certificate expires that the operator proves itself with to the proxies, RFC 3339. It is renewed "
                    + "by itself at two thirds of its life.")
    public @Nullable String certificateNotAfter;

    /** RFC 3339. */
    @JsonPropertyDescription(
            "When the CA expires that signs that certificate, RFC 3339. Its successor is made at two thirds of its life, "
                    + "and proxies trust both for a while.")
    public @Nullable String caNotAfter;
}
