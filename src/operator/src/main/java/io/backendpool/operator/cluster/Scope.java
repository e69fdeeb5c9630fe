package io.backendpool.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.List;

/**
 * Which namespaces the operator looks after.
 *
 * @param namespaces sorted, each once; empty: all of them
 */
public record Scope(List<String> namespaces) {
    public Scope {
        namespaces = namespaces.stream().sorted().distinct().toList();
    }

    /** All namespaces. */
    public static final Scope CLUSTER = new Scope(List.of());

    /** One operation for each namespace, or one for all. */
    <T extends HasMetadata, L extends KubernetesResourceList<T>, R extends Resource<T>>
            List<FilterWatchListDeletable<T, L, R>> of(MixedOperation<T, L, R> operation) {
        if (namespaces.isEmpty()) {
            return List.of(operation.inAnyNamespace());
        }
        return namespaces.stream()
                .<FilterWatchListDeletable<T, L, R>>map(operation::inNamespace)
                .toList();
    }

    @Override
    public String toString() {
        return namespaces.isEmpty() ? "all namespaces" : "namespaces " + String.join(", ", namespaces);
    }
}
