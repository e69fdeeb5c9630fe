package io.backendpool.pool;

import org.jspecify.annotations.Nullable;

/**
 * One endpoint that requests can be sent to.
 *
 * @param key who it is
 * @param conditions what the platform says of it
 * @param origin where the address came from: a pod's name or a DNS name; null for an address written in the manifest
 */
public record Backend(
        BackendKey key,
        EndpointConditions conditions,
        @Nullable String origin) {}
