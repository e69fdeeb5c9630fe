package io.backendpool.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An informer's memory that holds of each object no more than its name, its version and one label: enough to know what
 * was there when the watch is begun anew. Any thread.
 */
final class Stubs<T extends HasMetadata> implements ItemStore<T> {
    private final Function<ObjectMeta, T> make;
    private final @Nullable String label;
    private final Map<String, T> stubs = new ConcurrentHashMap<>();

    /**
     * Empty.
     *
     * @param make a new object of the metadata that is kept
     * @param label the key of the one that is kept; null: none
     */
    Stubs(Function<ObjectMeta, T> make, @Nullable String label) {
        this.make = make;
        this.label = label;
    }

    @Override
    public String getKey(T object) {
        return Cache.metaNamespaceKeyFunc(object);
    }

    @Override
    public @Nullable T put(String key, T object) {
        ObjectMeta whole = object.getMetadata();
        ObjectMetaBuilder kept = new ObjectMetaBuilder()
                .withNamespace(whole.getNamespace())
                .withName(whole.getName())
                .withResourceVersion(whole.getResourceVersion());
        String value = label == null || whole.getLabels() == null
                ? null
                : whole.getLabels().get(label);
        if (value != null) {
            kept.withLabels(Map.of(Objects.requireNonNull(label), value));
        }
        return stubs.put(key, make.apply(kept.build()));
    }

    @Override
    public @Nullable T remove(String key) {
        return stubs.remove(key);
    }

    @Override
    public Stream<String> keySet() {
        return stubs.keySet().stream();
    }

    @Override
    public Stream<T> values() {
        return stubs.values().stream();
    }

    @Override
    public int size() {
        return stubs.size();
    }

    @Override
    public @Nullable T get(String key) {
        return stubs.get(key);
    }

    @Override
    public boolean isFullState() {
        return false;
    }

    /** The version of the newest event of {@code object}; null: there is none, or it was deleted. */
    @Nullable
    String version(T object) {
        T stub = stubs.get(getKey(object));
        return stub == null ? null : stub.getMetadata().getResourceVersion();
    }
}
