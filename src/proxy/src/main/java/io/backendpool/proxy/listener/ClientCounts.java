package io.backendpool.proxy.listener;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many connections each client's address has. Any thread; one entry for each address that is connected, so it is no
 * larger than {@code limits.connections}. Counted whether it is limited or not, since a limit may come at any time.
 */
final class ClientCounts {
    private final Map<InetAddress, Integer> counts = new ConcurrentHashMap<>();

    /** One more of {@code client}; returns how many there are now. */
    int add(InetAddress client) {
        return counts.merge(client, 1, Integer::sum);
    }

    void remove(InetAddress client) {
        counts.computeIfPresent(client, (unused, count) -> less(count));
    }

    private static @Nullable Integer less(int count) {
        return count == 1 ? null : count - 1;
    }
}
