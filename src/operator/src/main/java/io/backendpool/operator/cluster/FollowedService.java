package io.backendpool.operator.cluster;

import io.backendpool.operator.translate.ServiceReader;
import io.backendpool.operator.translate.ServiceState;
import io.fabric8.kubernetes.api.model.Service;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What has been read of one Service. Guarded by its follower. */
final class FollowedService {
    private final Map<String, ServiceState.Slice> slices = new HashMap<>();
    private ServiceState.@Nullable Present service;
    private boolean loaded;
    private @Nullable String unreadable;

    /** Null: it is gone. */
    void service(@Nullable Service bean) {
        service = bean == null ? null : ServiceReader.read(bean, List.of());
    }

    void slice(ServiceState.Slice slice) {
        slices.put(slice.name(), slice);
    }

    void dropSlice(String name) {
        slices.remove(name);
    }

    /** All that there was is read; from now on events keep it up to date. */
    void loaded() {
        loaded = true;
        unreadable = null;
    }

    /** It could not be read: said unless it once was, for then the last known goes on. */
    void unreadable(String cause) {
        unreadable = cause;
    }

    boolean isLoaded() {
        return loaded;
    }

    ServiceState state() {
        if (!loaded) {
            return unreadable == null ? new ServiceState.Pending() : new ServiceState.Unreadable(unreadable);
        }
        ServiceState.Present known = service;
        return known == null
                ? new ServiceState.Absent()
                : new ServiceState.Present(
                        known.ports(),
                        known.externalName(),
                        known.ipv6First(),
                        slices.values().stream()
                                .sorted((a, b) -> a.name().compareTo(b.name()))
                                .toList());
    }
}
