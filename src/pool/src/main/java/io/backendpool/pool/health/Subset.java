package io.backendpool.pool.health;

import java.util.Arrays;

/**
 * Which backends of a large group one proxy uses, and what part of each: Finagle's deterministic aperture. All backends
 * stand on a ring in the order of a hash of their address, each as wide as any other. Of {@code n} proxies, proxy {@code i}
 * begins at {@code i / n} and uses a width of
 *
 * <pre>{@code ceil(max(size / backends, 1 / n) x n) / n}</pre>
 *
 * of the ring: what it was asked for, but a whole number of the distances between proxies, and at least one. So every
 * point of the ring is used by the same number of proxies, none by none, and as a proxy counts the backend at each end by
 * the part that is inside, every backend gets exactly the same load.
 *
 * <p>When one backend comes or goes, the ring is dealt out anew by less than one backend at each end: a proxy loses or
 * gets two or three backends at most. When a proxy comes or goes, proxy {@code i} moves by {@code i / (n (n + 1))} of the
 * ring, at most by one distance.
 *
 * <p>Pure functions; any thread. Takes {@code n log n} in the number of backends.
 */
final class Subset {
    /** Below this part a backend is outside: rounding errors of doubles. */
    private static final double LEAST = 1e-9;

    private static final int INDEX_BITS = 20;

    private Subset() {}

    /**
     * The part of each backend that the proxy in {@code seat} uses, 0 to 1.
     *
     * @param hashes of the backends, see {@link #hash}; fewer than 2^20
     * @param size how many backends the proxy would like to use, 1 or more
     */
    static double[] parts(long[] hashes, int size, ProxySeat seat) {
        int backends = hashes.length;
        double width = width(backends, size, seat);
        double[] parts = new double[backends];
        if (width >= 1) {
            Arrays.fill(parts, 1);
            return parts;
        }
        int[] ring = ring(hashes);
        double from = seat.position() * backends;
        double to = from + width * backends;
        for (int at = (int) from; at < to; at++) {
            double part = Math.min(at + 1, to) - Math.max(at, from);
            if (part > LEAST) {
                // An aperture that is almost the whole ring meets its first backend again.
                int index = ring[at % backends];
                parts[index] = Math.min(1, parts[index] + part);
            }
        }
        return parts;
    }

    /** The part of the ring that a proxy uses, above 0, at most 1. */
    private static double width(int backends, int size, ProxySeat seat) {
        double wanted = (double) size / backends;
        int proxies = seat.proxies();
        if (proxies == 0) {
            return wanted;
        }
        return Math.max(1, Math.ceil(wanted * proxies - LEAST)) / proxies;
    }

    /** The indexes of the backends in the order of their hashes. */
    private static int[] ring(long[] hashes) {
        long[] sorted = new long[hashes.length];
        for (int i = 0; i < hashes.length; i++) {
            sorted[i] = (hashes[i] >>> INDEX_BITS << INDEX_BITS) | i;
        }
        Arrays.sort(sorted);
        int[] ring = new int[hashes.length];
        for (int at = 0; at < ring.length; at++) {
            ring[at] = (int) (sorted[at] & ((1 << INDEX_BITS) - 1));
        }
        return ring;
    }

    /** FNV-1a of 64 bits, its bits then mixed as by MurmurHash3: the same in every proxy and version. */
    static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }
}
