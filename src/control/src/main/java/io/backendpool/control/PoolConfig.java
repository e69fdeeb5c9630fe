package io.backendpool.control;

import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.Certificate;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.OutlierDetection;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.Session;
import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.TrafficPolicy;
import io.backendpool.pool.WeightOverride;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All of a pool but its identity and its backends: the part of a delta that is sent as a whole, and rarely. */
record PoolConfig(
        List<Listener> listeners,
        List<BackendGroup> groups,
        LoadBalancing loadBalancing,
        @Nullable HealthCheck healthCheck,
        TrafficPolicy traffic,
        List<Certificate> certificates,
        @Nullable Session session,
        @Nullable OutlierDetection outlierDetection,
        AdaptiveWeight adaptiveWeight,
        List<WeightOverride> overrides,
        SessionKeys sessionKeys) {

    PoolConfig {
        listeners = List.copyOf(listeners);
        groups = List.copyOf(groups);
        certificates = List.copyOf(certificates);
        overrides = List.copyOf(overrides);
    }

    static PoolConfig of(PoolSnapshot snapshot) {
        return new PoolConfig(
                snapshot.listeners(),
                snapshot.groups(),
                snapshot.loadBalancing(),
                snapshot.healthCheck(),
                snapshot.traffic(),
                snapshot.certificates(),
                snapshot.session(),
                snapshot.outlierDetection(),
                snapshot.adaptiveWeight(),
                snapshot.overrides(),
                snapshot.sessionKeys());
    }

    PoolSnapshot with(PoolId id, List<Backend> backends) {
        return new PoolSnapshot(
                id,
                listeners,
                groups,
                backends,
                loadBalancing,
                healthCheck,
                traffic,
                certificates,
                session,
                outlierDetection,
                adaptiveWeight,
                overrides,
                sessionKeys);
    }
}
