package io.backendpool.proxy.control;

import io.backendpool.pool.PoolId;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How this proxy reaches its operator.
 *
 * @param pool whose proxy this is
 * @param proxy its name, unique in the pool
 * @param version of this software
 * @param host the operator's name or IP literal; must be in its certificate
 * @param port 1 to 65,535
 * @param trustBundle PEM file of the CAs to trust; read at every dial, so that it may rotate
 * @param tokenFile what proves this proxy's identity; read at every dial
 * @param stateDirectory where the last known good pool is kept; null: nowhere
 * @param bootstrap a last known good pool that came with the installation; null: none
 * @param zone that this proxy runs in, for the operator; null: unknown
 */
public record ControlSettings(
        PoolId pool,
        String proxy,
        String version,
        String host,
        int port,
        Path trustBundle,
        Path tokenFile,
        @Nullable Path stateDirectory,
        @Nullable Path bootstrap,
        @Nullable String zone) {

    public ControlSettings {
        if (proxy.isEmpty()) {
            throw new IllegalArgumentException("control.proxy: \"\" (expected: a name, unique in the pool)");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("control.port: " + port + " (expected: 1 to 65,535)");
        }
    }
}
