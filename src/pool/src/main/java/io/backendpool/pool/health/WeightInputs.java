package io.backendpool.pool.health;

import io.backendpool.pool.PoolSnapshot;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All that the weights of a pool follow from.
 *
 * @param snapshot the pool
 * @param health one for each backend, in the snapshot's order
 * @param adaptations the same, or empty: none
 * @param zone the zone of this proxy; null: unknown, and locality does not count
 * @param seat the place of this proxy among those of the pool; null: unknown, and it uses all backends
 * @param now for what is limited in time: overrides and slow start
 * @param taken as if the pool had only the groups whose name this takes
 */
public record WeightInputs(
        PoolSnapshot snapshot,
        List<BackendHealth> health,
        List<Adaptation> adaptations,
        @Nullable String zone,
        @Nullable ProxySeat seat,
        Instant now,
        Predicate<String> taken) {
    public WeightInputs {
        health = List.copyOf(health);
        adaptations = List.copyOf(adaptations);
        int backends = snapshot.backends().size();
        if (health.size() != backends) {
            throw new IllegalArgumentException(
                    "health: %d (expected: %d, one for each backend)".formatted(health.size(), backends));
        }
        if (!adaptations.isEmpty() && adaptations.size() != backends) {
            throw new IllegalArgumentException("adaptations: %d (expected: 0 or %d, one for each backend)"
                    .formatted(adaptations.size(), backends));
        }
    }

    /** Those of a proxy that knows neither its zone nor its seat, without adaptations, for all groups. */
    public WeightInputs(PoolSnapshot snapshot, List<BackendHealth> health, Instant now) {
        this(snapshot, health, List.of(), null, null, now, group -> true);
    }

    /** The same for the groups alone whose name {@code changed} takes. */
    public WeightInputs among(Predicate<String> changed) {
        return new WeightInputs(snapshot, health, adaptations, zone, seat, now, changed);
    }
}
