package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A Secret of the pool's namespace. */
public class SecretReference {
    @Required
    @Size(min = 1, max = 253)
    @Pattern(Syntax.SECRET_NAME)
    @JsonPropertyDescription("The name of a Secret in the pool's namespace.")
    public @Nullable String name;
}
