package io.backendpool.pool;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One immutable state of a pool: everything a proxy needs to serve it, and nothing else. Two snapshots that mean the
 * same are equal: backends are held in the order of their keys, whatever order they were given in.
 *
 * @param id whose pool it is
 * @param listeners 0 to 16, unique by name and by socket, in the manifest's order; without those that cannot be served, for
 *     want of a certificate
 * @param groups 1 to 64, unique by name, in the manifest's order
 * @param backends unique by key, sorted by key, each of a group of this snapshot; may be empty
 * @param loadBalancing how to choose
 * @param healthCheck how to probe; null: a backend is judged by its endpoint conditions alone
 * @param traffic how traffic is treated on its way
 * @param certificates those that listeners name and that could be had, unique by name, sorted by name; a listener may name
 *     one that is missing
 * @param session how clients are kept on their backends; null: they are not
 * @param outlierDetection when traffic's failures take a backend out; null: never
 * @param adaptiveWeight whether weights follow latency and errors
 * @param overrides what is said against the manifest at the moment, each of a group of this snapshot, at most
 *     {@link WeightOverride#MAX_PER_POOL}, one for each target, sorted by target
 * @param sessionKeys what session cookies are signed with
 */
public record PoolSnapshot(
        PoolId id,
        List<Listener> listeners,
        List<BackendGroup> groups,
        List<Backend> backends,
        LoadBalancing loadBalancing,
        @Nullable HealthCheck healthCheck,
        TrafficPolicy traffic,
        List<Certificate> certificates,
        @Nullable Session session,
        @Nullable OutlierDetection outlierDetection,
        AdaptiveWeight adaptiveWeight,
        List<WeightOverride> overrides,
        SessionKeys sessionKeys) {

    public PoolSnapshot {
        listeners = List.copyOf(listeners);
        groups = List.copyOf(groups);
        backends =
                backends.stream().sorted((a, b) -> a.key().compareTo(b.key())).toList();
        certificates = certificates.stream()
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .toList();
        overrides = overrides.stream()
                .sorted((a, b) -> a.target().compareTo(b.target()))
                .toList();
        Require.inRange("listeners", listeners.size(), 0, Listener.MAX_PER_POOL);
        Require.inRange("backends", groups.size(), 1, BackendGroup.MAX_PER_POOL);
        Require.unique("listeners[].name", listeners, Listener::name);
        Require.unique("listeners[].port", listeners, Listener::socket);
        Require.unique("backends[].name", groups, BackendGroup::name);
        requireUniqueKeys(backends);
        Require.unique("certificates[].name", certificates, Certificate::name);
        Set<String> names = new HashSet<>();
        groups.forEach(group -> names.add(group.name()));
        for (Backend backend : backends) {
            if (!names.contains(backend.key().group())) {
                throw new IllegalArgumentException("backend %s: group %s (expected: one of %s)"
                        .formatted(backend.key().address(), backend.key().group(), names));
            }
        }
        Require.inRange("overrides", overrides.size(), 0, WeightOverride.MAX_PER_POOL);
        Require.unique("overrides", overrides, WeightOverride::target);
        for (WeightOverride override : overrides) {
            if (!names.contains(override.group())) {
                throw new IllegalArgumentException(
                        "override: group %s (expected: one of %s)".formatted(override.group(), names));
            }
        }
        Map<String, BackendGroup.Protocol> protocols = new LinkedHashMap<>();
        groups.forEach(group -> protocols.put(group.name(), group.protocol()));
        ListenerFit.require(listeners, protocols, loadBalancing, healthCheck, session);
    }

    /** Equal keys are neighbours, since the backends are sorted: of 10,000, no set is made. */
    private static void requireUniqueKeys(List<Backend> sorted) {
        for (int i = 1; i < sorted.size(); i++) {
            BackendKey key = sorted.get(i).key();
            if (key.equals(sorted.get(i - 1).key())) {
                throw new IllegalArgumentException("backend: %s twice (expected: unique)".formatted(key));
            }
        }
    }

    /** One without sessions, outlier detection, adaptive weights and overrides. */
    public PoolSnapshot(
            PoolId id,
            List<Listener> listeners,
            List<BackendGroup> groups,
            List<Backend> backends,
            LoadBalancing loadBalancing,
            @Nullable HealthCheck healthCheck,
            TrafficPolicy traffic,
            List<Certificate> certificates) {
        this(
                id,
                listeners,
                groups,
                backends,
                loadBalancing,
                healthCheck,
                traffic,
                certificates,
                null,
                null,
                AdaptiveWeight.OFF,
                List.of(),
                SessionKeys.NONE);
    }

    /** One with the usual treatment of traffic, and without certificates. */
    public PoolSnapshot(
            PoolId id,
            List<Listener> listeners,
            List<BackendGroup> groups,
            List<Backend> backends,
            LoadBalancing loadBalancing,
            @Nullable HealthCheck healthCheck) {
        this(id, listeners, groups, backends, loadBalancing, healthCheck, TrafficPolicy.DEFAULT, List.of());
    }
}
