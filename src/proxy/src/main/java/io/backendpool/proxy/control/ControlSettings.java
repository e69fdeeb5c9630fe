package io.backendpool.proxy.control;

import io.backendpool.pool.PoolId;
import java.nio.file.Path;
import java.time.Duration;
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
 * @param operatorGrace how long a starting proxy waits for the operator before it serves the last known good pool
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
        Duration operatorGrace) {
    /** Long enough for an operator on the network to answer, short enough to be no outage. */
    public static final Duration DEFAULT_OPERATOR_GRACE = Duration.ofSeconds(1);

    public ControlSettings {
        if (proxy.isEmpty()) {
            throw new IllegalArgumentException("control.proxy: \"\" (expected: a name, unique in the pool)");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("control.port: " + port + " (expected: 1 to 65,535)");
        }
        if (operatorGrace.isNegative()) {
            throw new IllegalArgumentException("control.operatorGrace: " + operatorGrace + " (expected: 0 or more)");
        }
    }

    /** With the usual grace. */
    public ControlSettings(
            PoolId pool,
            String proxy,
            String version,
            String host,
            int port,
            Path trustBundle,
            Path tokenFile,
            @Nullable Path stateDirectory,
            @Nullable Path bootstrap) {
        this(
                pool,
                proxy,
                version,
                host,
                port,
                trustBundle,
                tokenFile,
                stateDirectory,
                bootstrap,
                DEFAULT_OPERATOR_GRACE);
    }
}
