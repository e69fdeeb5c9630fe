package io.backendpool.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What came of an override. */
public class BackendPoolOverrideStatus {
    @JsonPropertyDescription("The metadata.generation that this status speaks of.")
    public @Nullable Long observedGeneration;

    @Size(max = 8)
    @JsonPropertyDescription(
            "Accepted: the pool and the group that it names are there. Active: traffic follows it. Expired: its time is over.")
    public @Nullable List<Condition> conditions;
}
