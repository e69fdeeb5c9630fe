package io.backendpool.operator.translate;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.Comparator;
import java.util.Objects;

/**
 * Which override it is: there is one of each name in a namespace, as on a cluster.
 *
 * @param namespace its own, which is that of its pool
 * @param name {@code metadata.name}
 */
public record OverrideId(String namespace, String name) implements Comparable<OverrideId> {
    private static final Comparator<OverrideId> ORDER =
            Comparator.comparing(OverrideId::namespace).thenComparing(OverrideId::name);

    /** Of the resource with this metadata; without a namespace it is in {@code default}. */
    public static OverrideId of(ObjectMeta metadata) {
        return new OverrideId(
                Objects.requireNonNullElse(metadata.getNamespace(), "default"),
                Objects.requireNonNullElse(metadata.getName(), ""));
    }

    @Override
    public int compareTo(OverrideId other) {
        return ORDER.compare(this, other);
    }

    /** {@code namespace/name}. */
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
