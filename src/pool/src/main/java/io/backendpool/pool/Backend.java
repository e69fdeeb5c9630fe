package io.backendpool.pool;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint that requests can be sent to.
 *
 * @param key who it is
 * @param conditions what the platform says of it
 * @param origin where the address came from: a pod's name or a DNS name; null for an address written in the manifest
 * @param zone where it runs (EndpointSlice, {@code zone}); null: nobody says
 * @param zoneHints the zones whose clients should use it (EndpointSlice, {@code hints.forZones}); empty: no hint
 */
public record Backend(
        BackendKey key,
        EndpointConditions conditions,
        @Nullable String origin,
        @Nullable String zone,
        List<String> zoneHints) {
    public Backend {
        zoneHints = List.copyOf(zoneHints);
    }

    /** One of no zone. */
    public Backend(BackendKey key, EndpointConditions conditions, @Nullable String origin) {
        this(key, conditions, origin, null, List.of());
    }
}
