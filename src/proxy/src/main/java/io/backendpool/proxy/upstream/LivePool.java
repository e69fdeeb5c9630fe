package io.backendpool.proxy.upstream;

import io.backendpool.control.PublishedPool;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.health.EffectiveWeights;
import io.backendpool.proxy.tls.BackendTls;
import java.util.List;
import java.util.Map;

/**
 * What every event loop serves by: the pool, and what is known of its backends. Immutable; replaced as a whole.
 *
 * @param pool the applied revision
 * @param health one for each backend, in the snapshot's order
 * @param weights what follows from {@code health}
 * @param stale started from the last known good copy and not yet confirmed by the operator
 * @param tls by the names of the groups whose backends speak TLS
 */
public record LivePool(
        PublishedPool pool,
        List<BackendHealth> health,
        EffectiveWeights weights,
        boolean stale,
        Map<String, BackendTls> tls) {
    public LivePool {
        health = List.copyOf(health);
        tls = Map.copyOf(tls);
    }

    /** One without TLS to backends. */
    public LivePool(PublishedPool pool, List<BackendHealth> health, EffectiveWeights weights, boolean stale) {
        this(pool, health, weights, stale, Map.of());
    }
}
