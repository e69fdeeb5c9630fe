package io.backendpool.proxy.traffic;

import java.util.Locale;

/** The limits of {@code TrafficPolicy}, {@code ProxyLimits} and {@code Http2Limits}, as they are counted when hit. */
public enum Limit {
    CONNECT_TIMEOUT,
    REQUEST_HEAD_TIMEOUT,
    CLIENT_IDLE_TIMEOUT,
    RESPONSE_TIMEOUT,
    STREAM_IDLE_TIMEOUT,
    UPSTREAM_IDLE_TIMEOUT,
    HEAD_BYTES,
    TARGET_BYTES,
    CLIENT_CONNECTIONS,
    CONNECTIONS_PER_CLIENT,
    UDP_SESSIONS,
    CONNECTIONS_PER_BACKEND,
    REQUESTS_PER_BACKEND,
    RETRIES_PER_BACKEND,
    RETRY_BUDGET,
    TRY_TIMEOUT,
    QUEUE_FULL,
    QUEUE_TIMEOUT,
    DRAIN_DEADLINE,
    GRPC_TIMEOUT,
    MEMORY,
    HTTP2_STREAMS,
    HTTP2_RESETS,
    HTTP2_CONTROL_FRAMES,
    HTTP2_HEADER_FRAMES;

    /** As a metric's label: {@code connect_timeout}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
