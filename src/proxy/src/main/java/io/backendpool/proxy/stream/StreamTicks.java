package io.backendpool.proxy.stream;

import io.backendpool.pool.Timeouts;
import java.time.Duration;

/**
 * The waits of the live pool in ticks of {@value #MILLIS} ms: one timer per event loop serves all of them, so they end that
 * much late at most.
 *
 * @param hello for the whole ClientHello
 * @param connect for a connection to a backend, all tries included
 * @param stream in which nothing moves
 * @param session without a datagram
 */
record StreamTicks(int hello, int connect, int stream, int session) {
    static final int MILLIS = 100;

    static StreamTicks of(Timeouts timeouts) {
        return new StreamTicks(
                ticks(timeouts.requestHead()),
                ticks(timeouts.request()),
                ticks(timeouts.stream()),
                ticks(timeouts.idle()));
    }

    static int ticks(Duration wait) {
        return Math.clamp(wait.toMillis() / MILLIS, 1, Integer.MAX_VALUE / 2);
    }
}
