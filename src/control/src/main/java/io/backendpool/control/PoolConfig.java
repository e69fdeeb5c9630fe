package io.backendpool.control;

import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.Certificate;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.TrafficPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All of a pool but its identity and its backends: the part of a delta that is sent as a whole, and rarely. */
record PoolConfig(
        List<Listener> listeners,
        List<BackendGroup> groups,
        LoadBalancing loadBalancing,
        @Nullable HealthCheck healthCheck,
        TrafficPolicy traffic,
        List<Certificate> certificates) {

    PoolConfig {
        listeners = List.copyOf(listeners);
        groups = List.copyOf(groups);
        certificates = List.copyOf(certificates);
    }

    static PoolConfig of(PoolSnapshot snapshot) {
        return new PoolConfig(
                snapshot.listeners(),
                snapshot.groups(),
                snapshot.loadBalancing(),
                snapshot.healthCheck(),
                snapshot.traffic(),
                snapshot.certificates());
    }

    PoolSnapshot with(PoolId id, List<Backend> backends) {
        return new PoolSnapshot(id, listeners, groups, backends, loadBalancing, healthCheck, traffic, certificates);
    }
}
