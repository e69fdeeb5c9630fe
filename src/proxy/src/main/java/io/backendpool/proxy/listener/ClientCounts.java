package io.backendpool.proxy.listener;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** How many connections each client has open, over all event loops; counted only where that is limited. Any thread. */
final class ClientCounts {
    private final ConcurrentMap<InetAddress, Integer> open = new ConcurrentHashMap<>();

    /** Counts {@code channel} as one of {@code client} until it is closed; false: the client has {@code max} already. */
    @SuppressWarnings("FutureReturnValueIgnored") // the listener of a close is told in any case
    boolean admit(InetAddress client, int max, Channel channel) {
        boolean[] admitted = {false};
        open.compute(client, (same, known) -> {
            int count = known == null ? 0 : known;
            admitted[0] = count < max;
            return admitted[0] ? Integer.valueOf(count + 1) : known;
        });
        if (!admitted[0]) {
            return false;
        }
        channel.closeFuture().addListener(closed -> forget(client));
        return true;
    }

    private void forget(InetAddress client) {
        open.computeIfPresent(client, (same, known) -> known > 1 ? known - 1 : null);
    }
}
