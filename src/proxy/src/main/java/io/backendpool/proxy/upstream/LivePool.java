package io.backendpool.proxy.upstream;

import io.backendpool.control.PublishedPool;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.health.EffectiveWeights;
import java.util.List;

/**
 * What every event loop serves by: the pool, and what is known of its backends. Immutable; replaced as a whole.
 *
 * @param pool the applied revision
 * @param health one for each backend, in the snapshot's order
 * @param weights what follows from {@code health}
 * @param stale started from the last known good copy and not yet confirmed by the operator
 */
public record LivePool(PublishedPool pool, List<BackendHealth> health, EffectiveWeights weights, boolean stale) {
    public LivePool {
        health = List.copyOf(health);
    }
}
