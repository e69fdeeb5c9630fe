package io.backendpool.proxy.traffic;

/**
 * Log-linear buckets of microseconds, as in HdrHistogram, coarse enough to have them for each backend: 4 to each power of
 * two from 128 us to 67 s, so a value is known to 25 %, in {@value #BUCKETS} counters.
 */
final class BackendLatencyScale {
    private static final int SUB_BITS = 2;
    private static final int SUB = 1 << SUB_BITS;
    private static final int MIN_EXPONENT = 7;
    private static final int MAX_EXPONENT = 26;

    /** What is faster than the first power of two, those of each power, and what is slower than the last. */
    static final int BUCKETS = 1 + (MAX_EXPONENT - MIN_EXPONENT) * SUB + 1;

    private BackendLatencyScale() {}

    static int bucket(long micros) {
        int exponent = 63 - Long.numberOfLeadingZeros(Math.max(1, micros));
        if (exponent < MIN_EXPONENT) {
            return 0;
        }
        if (exponent >= MAX_EXPONENT) {
            return BUCKETS - 1;
        }
        int sub = (int) (micros >>> (exponent - SUB_BITS)) & (SUB - 1);
        return 1 + (exponent - MIN_EXPONENT) * SUB + sub;
    }

    /** The largest value that falls into {@code bucket}, in microseconds. */
    static long highest(int bucket) {
        if (bucket == 0) {
            return (1L << MIN_EXPONENT) - 1;
        }
        if (bucket == BUCKETS - 1) {
            return Long.MAX_VALUE;
        }
        int exponent = MIN_EXPONENT + (bucket - 1) / SUB;
        return ((long) (SUB + (bucket - 1) % SUB + 1) << (exponent - SUB_BITS)) - 1;
    }
}
