package io.backendpool.proxy.http;

import io.backendpool.proxy.upstream.ProxyLimits;
import java.time.Duration;

/** The waits of {@link ProxyLimits} in ticks of {@value #MILLIS} ms: one timer per event loop serves all of them. */
record Ticks(int requestHead, int clientIdle, int response, int streamIdle, int upstreamIdle, int linger) {
    static final int MILLIS = 100;

    static Ticks of(ProxyLimits limits) {
        return new Ticks(
                ticks(limits.requestHeadTimeout()),
                ticks(limits.clientIdleTimeout()),
                ticks(limits.responseTimeout()),
                ticks(limits.streamIdleTimeout()),
                ticks(limits.upstreamIdleTimeout()),
                ticks(limits.lingerTimeout()));
    }

    private static int ticks(Duration wait) {
        return Math.clamp(wait.toMillis() / MILLIS, 1, Integer.MAX_VALUE / 2);
    }
}
