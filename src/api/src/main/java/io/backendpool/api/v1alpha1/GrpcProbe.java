package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A call of grpc.health.v1.Health/Check as a probe. */
public class GrpcProbe {
    @Size(min = 1, max = 253)
    @Pattern(Syntax.GRPC_SERVICE)
    @JsonPropertyDescription(
            "The service whose health is asked for, such as shop.v1.Cart. Absent: that of the whole server.")
    public @Nullable String service;

    @Size(min = 1, max = 260)
    @Pattern(Syntax.HOST)
    @JsonPropertyDescription("The authority of the request. Default: the backend's own address and port.")
    public @Nullable String authority;
}
