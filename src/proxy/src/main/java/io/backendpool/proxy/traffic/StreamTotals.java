package io.backendpool.proxy.traffic;

import java.util.Map;

/**
 * The counters of what is passed on as bytes or datagrams, since the proxy's start.
 *
 * @param kinds each kind is there
 * @param datagramsDropped had no session and no room for one, or nobody took them fast enough
 * @param proxyHeadersRefused connections that were closed because their PROXY protocol header was missing or malformed
 */
public record StreamTotals(Map<StreamKind, Kind> kinds, long datagramsDropped, long proxyHeadersRefused) {
    private static final Kind NOTHING = new Kind(0, 0, 0, Map.of());

    public StreamTotals {
        kinds = Map.copyOf(kinds);
    }

    /** The counters of {@code kind}. */
    public Kind kind(StreamKind kind) {
        return kinds.getOrDefault(kind, NOTHING);
    }

    /**
     * One kind.
     *
     * @param open now
     * @param bytesIn from clients
     * @param bytesOut to clients
     * @param ended by how they ended; each outcome is there
     */
    public record Kind(int open, long bytesIn, long bytesOut, Map<Outcome, Long> ended) {
        public Kind {
            ended = Map.copyOf(ended);
        }
    }
}
