package io.backendpool.pool;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a backend is chosen for a request.
 *
 * @param policy the rule
 * @param leastRequest how many backends {@link Policy#LEAST_REQUEST} and {@link Policy#LEAST_CONNECTIONS} compare
 * @param decay after this long the latency of an answer counts 1/e of what it did, 10 ms to 1 h; for
 *     {@link Policy#LEAST_RESPONSE_TIME}
 * @param ringSize how large the ring of {@link Policy#RING_HASH} is
 * @param boundedLoadPercent of the mean load, what no backend of a ring or a table goes beyond, 101 to 1,000; null: no bound
 * @param hash what of a request is hashed: the first that the request has. 1 to 8 for the policies that hash, else empty
 * @param locality whether backends of the proxy's own zone come first
 * @param subsetSize how many backends each proxy uses, 1 to 100,000; 0: all
 * @param panicThreshold of the backends with a weight, the percentage of healthy ones below which all are tried, 0 to 100; 0:
 *     never
 * @param slowStart how new and recovered backends come to their share; null: at once
 */
public record LoadBalancing(
        Policy policy,
        LeastRequest leastRequest,
        Duration decay,
        RingSize ringSize,
        @Nullable Integer boundedLoadPercent,
        List<HashKey> hash,
        Locality locality,
        int subsetSize,
        int panicThreshold,
        @Nullable SlowStart slowStart) {
    public static final int MAX_HASH_KEYS = 8;
    public static final int MAX_SUBSET_SIZE = 100_000;
    public static final int DEFAULT_PANIC_THRESHOLD = 50;
    public static final Duration DEFAULT_DECAY = Duration.ofSeconds(10);

    private static final Duration MIN_DECAY = Duration.ofMillis(10);
    private static final Duration MAX_DECAY = Duration.ofHours(1);

    /** The rules to choose by. */
    public enum Policy {
        /** Smooth weighted round robin: in turn, heavier backends more often, evenly interleaved. */
        ROUND_ROBIN,
        /** Independent weighted random choice. */
        RANDOM,
        /** Of a few random backends, the one with the fewest requests under way for its weight. */
        LEAST_REQUEST,
        /** The same, by open connections and sessions. */
        LEAST_CONNECTIONS,
        /** Of two random backends, the one with the lower peak-sensitive moving average of latency times its load. */
        LEAST_RESPONSE_TIME,
        /** Consistent hashing on a ring of weighted points. */
        RING_HASH,
        /** Consistent hashing by Google's table of 65,537 places. */
        MAGLEV,
        /** Consistent hashing by the highest random weight; work grows with the number of backends. */
        RENDEZVOUS;

        /** Chooses by a key of the request, and so needs one. */
        public boolean hashes() {
            return this == RING_HASH || this == MAGLEV || this == RENDEZVOUS;
        }
    }

    /**
     * How many backends are compared.
     *
     * @param choices 2 to 10
     * @param fullScan all of a pool of at most {@link #MAX_FULL_SCAN} backends; of a larger one {@code choices}
     */
    public record LeastRequest(int choices, boolean fullScan) {
        public static final LeastRequest DEFAULT = new LeastRequest(2, false);
        public static final int MAX_FULL_SCAN = 64;

        public LeastRequest {
            Require.inRange("loadBalancing.leastRequest.choices", choices, 2, 10);
        }
    }

    /**
     * The number of points on the ring.
     *
     * @param minimum 1 to 8,388,608
     * @param maximum {@code minimum} to 8,388,608
     */
    public record RingSize(int minimum, int maximum) {
        public static final int LIMIT = 8_388_608;
        public static final RingSize DEFAULT = new RingSize(1_024, 1_048_576);

        public RingSize {
            Require.inRange("loadBalancing.ringHash.minimumSize", minimum, 1, LIMIT);
            Require.inRange("loadBalancing.ringHash.maximumSize", maximum, 1, LIMIT);
            if (minimum > maximum) {
                throw new IllegalArgumentException(
                        "loadBalancing.ringHash.minimumSize: %d (expected: at most the maximumSize, %d)"
                                .formatted(minimum, maximum));
            }
        }
    }

    /**
     * Whether a proxy prefers backends of its own zone.
     *
     * @param mode off or on
     * @param minHealthyShare of the backends of its zone, the percentage of healthy ones below which it uses those of all zones, 0
     *     to 100
     */
    public record Locality(Mode mode, int minHealthyShare) {
        public static final Locality OFF = new Locality(Mode.OFF, 70);

        /** What zones are for. */
        public enum Mode {
            /** Nothing. */
            OFF,
            /** Backends of the proxy's zone, or those that the platform hints at it, come first. */
            PREFER
        }

        public Locality {
            Require.inRange("loadBalancing.locality.minHealthyShare", minHealthyShare, 0, 100);
        }
    }

    public LoadBalancing {
        hash = List.copyOf(hash);
        if (decay.compareTo(MIN_DECAY) < 0 || decay.compareTo(MAX_DECAY) > 0) {
            throw new IllegalArgumentException(
                    "loadBalancing.leastResponseTime.decay: " + decay + " (expected: 10ms to 1h)");
        }
        if (boundedLoadPercent != null) {
            Require.inRange("loadBalancing.boundedLoad.factorPercent", boundedLoadPercent, 101, 1_000);
            if (policy != Policy.RING_HASH && policy != Policy.MAGLEV) {
                throw new IllegalArgumentException(
                        "loadBalancing.boundedLoad: present (expected: absent, for the policy is %s)"
                                .formatted(policy));
            }
        }
        if (policy.hashes() && hash.isEmpty()) {
            throw new IllegalArgumentException("loadBalancing.hash: [] (expected: 1 to %d keys, for the policy is %s)"
                    .formatted(MAX_HASH_KEYS, policy));
        }
        if (!policy.hashes() && !hash.isEmpty()) {
            throw new IllegalArgumentException(
                    "loadBalancing.hash: present (expected: absent, for the policy is %s)".formatted(policy));
        }
        Require.inRange("loadBalancing.hash", hash.size(), 0, MAX_HASH_KEYS);
        Require.unique("loadBalancing.hash", hash, key -> key);
        Require.inRange("loadBalancing.subsetSize", subsetSize, 0, MAX_SUBSET_SIZE);
        Require.inRange("loadBalancing.panicThreshold", panicThreshold, 0, 100);
    }

    /** The usual settings; by the client's whole address where {@code policy} hashes. */
    public LoadBalancing(Policy policy) {
        this(
                policy,
                LeastRequest.DEFAULT,
                DEFAULT_DECAY,
                RingSize.DEFAULT,
                null,
                policy.hashes() ? List.of(HashKey.ClientIp.WHOLE) : List.of(),
                Locality.OFF,
                0,
                DEFAULT_PANIC_THRESHOLD,
                null);
    }
}
