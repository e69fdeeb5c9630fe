package io.backendpool.proxy.stream;

import io.backendpool.pool.Timeouts;
import io.backendpool.proxy.upstream.LoopPolicy;
import java.time.Duration;

/**
 * The waits of the live pool in ticks, see {@link LoopPolicy#ticks(Duration)}: one timer per event loop serves all of them.
 *
 * @param hello for the whole ClientHello
 * @param connect for a connection to a backend, all tries included
 * @param stream in which nothing moves
 * @param session without a datagram
 */
record StreamTicks(int hello, int connect, int stream, int session) {
    static StreamTicks of(Timeouts timeouts) {
        return new StreamTicks(
                LoopPolicy.ticks(timeouts.requestHead()),
                LoopPolicy.ticks(timeouts.request()),
                LoopPolicy.ticks(timeouts.stream()),
                LoopPolicy.ticks(timeouts.idle()));
    }
}
