package io.backendpool.pool;

import org.jspecify.annotations.Nullable;

/**
 * What clients get at most of one proxy.
 *
 * @param connections open at the same time, 1 to 1,000,000; beyond it 503, or a closed connection where no HTTP is spoken
 * @param connectionsPerClient of one address, 1 to 1,000,000; null: no more limit than {@code connections}
 * @param headBytes of the head of a request or of its trailers, 1,024 to 1,048,576; beyond it 431
 */
public record ClientLimits(int connections, @Nullable Integer connectionsPerClient, int headBytes) {
    public static final ClientLimits DEFAULT = new ClientLimits(20_000, null, 65_536);

    public ClientLimits {
        Require.inRange("limits.connections", connections, 1, 1_000_000);
        if (connectionsPerClient != null) {
            Require.inRange("limits.connectionsPerClient", connectionsPerClient, 1, 1_000_000);
        }
        Require.inRange("limits.headBytes", headBytes, 1_024, 1 << 20);
    }
}
