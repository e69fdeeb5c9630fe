package io.backendpool.proxy.traffic;

/**
 * Log-linear buckets of microseconds, as in HdrHistogram: 32 to each power of two, so a value is known to 3 %. Up to 32 us
 * each microsecond has a bucket of its own; what takes more than an hour falls into the last.
 */
final class LatencyScale {
    private static final int SUB_BITS = 5;
    private static final int SUB = 1 << SUB_BITS;
    private static final int MAX_EXPONENT = 32;

    static final int BUCKETS = (MAX_EXPONENT - SUB_BITS + 1) * SUB;

    private LatencyScale() {}

    static int bucket(long micros) {
        if (micros < SUB) {
            return (int) Math.max(0, micros);
        }
        int exponent = 63 - Long.numberOfLeadingZeros(micros);
        if (exponent >= MAX_EXPONENT) {
            return BUCKETS - 1;
        }
        int sub = (int) (micros >>> (exponent - SUB_BITS)) & (SUB - 1);
        return (exponent - SUB_BITS + 1) * SUB + sub;
    }

    /** The largest value that falls into {@code bucket}, in microseconds. */
    static long highest(int bucket) {
        if (bucket < SUB) {
            return bucket;
        }
        int shift = bucket / SUB - 1;
        return ((long) (SUB + bucket % SUB + 1) << shift) - 1;
    }

    /** The value that {@code quantile} of the counted ones do not exceed, in microseconds; 0 where none was counted. */
    static long quantile(long[] counts, double quantile) {
        long total = 0;
        for (int i = 0; i < BUCKETS; i++) {
            total += counts[i];
        }
        if (total == 0) {
            return 0;
        }
        long wanted = Math.max(1, (long) Math.ceil(total * quantile));
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return highest(i);
            }
        }
        return highest(BUCKETS - 1);
    }
}
