package io.backendpool.proxy.upstream;

import io.backendpool.control.PublishedPool;
import io.backendpool.pool.Backend;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.health.BackendHealth;
import io.backendpool.pool.health.EffectiveWeights;
import io.backendpool.pool.pick.PickPlan;
import io.backendpool.pool.pick.PickPlans;
import io.backendpool.pool.session.SessionTable;
import io.backendpool.proxy.tls.BackendTls;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What every event loop serves by: the pool, and what is known of its backends. Immutable; replaced as a whole.
 *
 * @param pool the applied revision
 * @param health one for each backend, in the snapshot's order
 * @param weights what follows from {@code health}
 * @param stale started from the last known good copy and not yet confirmed by the operator
 * @param tls by the names of the groups whose backends speak TLS
 * @param plan how to choose among the backends
 * @param routes which backends there are to choose among by the server name that a client asks for; null: all
 * @param sessions where sessions belong; null: the pool has none
 * @param outcomes where to count what becomes of requests, one for each backend; empty: nobody wants to know
 */
public record LivePool(
        PublishedPool pool,
        List<BackendHealth> health,
        EffectiveWeights weights,
        boolean stale,
        Map<String, BackendTls> tls,
        PickPlan plan,
        @Nullable ServerNameRoutes routes,
        @Nullable SessionTable sessions,
        List<BackendOutcomes> outcomes) {
    public LivePool {
        health = List.copyOf(health);
        outcomes = List.copyOf(outcomes);
        tls = Map.copyOf(tls);
    }

    /** One whose plans follow from the weights. Takes time for a large pool: not on an event loop. */
    public LivePool(
            PublishedPool pool,
            List<BackendHealth> health,
            EffectiveWeights weights,
            boolean stale,
            Map<String, BackendTls> tls,
            @Nullable SessionTable sessions,
            List<BackendOutcomes> outcomes) {
        this(
                pool,
                health,
                weights,
                stale,
                tls,
                plan(pool.snapshot(), weights.picking()),
                ServerNameRoutes.of(pool.snapshot(), weights),
                sessions,
                outcomes);
    }

    /** One without sessions. */
    public LivePool(
            PublishedPool pool,
            List<BackendHealth> health,
            EffectiveWeights weights,
            boolean stale,
            Map<String, BackendTls> tls) {
        this(pool, health, weights, stale, tls, null, List.of());
    }

    /** One without TLS to backends. */
    public LivePool(PublishedPool pool, List<BackendHealth> health, EffectiveWeights weights, boolean stale) {
        this(pool, health, weights, stale, Map.of());
    }

    static PickPlan plan(PoolSnapshot snapshot, long[] weights) {
        return PickPlans.build(
                snapshot.loadBalancing(),
                snapshot.backends().stream().map(Backend::key).toList(),
                weights);
    }
}
