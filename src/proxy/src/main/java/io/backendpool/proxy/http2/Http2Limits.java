package io.backendpool.proxy.http2;

/**
 * What one HTTP/2 connection may cost.
 *
 * @param maxStreams open at the same time; beyond it REFUSED_STREAM
 * @param streamWindow bytes of one body that may be under way or held, 65,535 or more
 * @param connectionWindow bytes of all bodies that may be under way or held, 65,535 or more
 * @param windowTicks how long the following two are counted for, in ticks of 100 ms
 * @param maxResets streams that a client may take back in that time before they were answered, as long as they are not
 *     more than half of those that it opened; beyond it ENHANCE_YOUR_CALM (CVE-2023-44487)
 * @param maxControlFrames frames that carry nothing (PING, SETTINGS, PRIORITY, unknown, empty DATA, window updates of a few
 *     bytes) in that time; beyond it ENHANCE_YOUR_CALM (CVE-2019-9511 to 9518)
 * @param maxBackendConnections that carry streams to one backend, of one event loop
 */
record Http2Limits(
        int maxStreams,
        int streamWindow,
        int connectionWindow,
        int windowTicks,
        int maxResets,
        int maxControlFrames,
        int maxBackendConnections) {

    /** Window updates below this many bytes are counted as carrying nothing. */
    static final int SMALL_WINDOW_UPDATE = 256;

    static final Http2Limits DEFAULT = new Http2Limits(100, 256 * 1024, 1024 * 1024, 300, 200, 2000, 16);
}
