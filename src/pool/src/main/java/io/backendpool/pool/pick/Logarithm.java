package io.backendpool.pool.pick;

/**
 * The logarithm of a random fraction: one table look-up, and the same bits on every machine, which {@link Math#log} does not
 * promise and {@link StrictMath#log} pays for. Right to 8 digits.
 */
final class Logarithm {
    private static final int TABLE_BITS = 11;
    private static final int REST_BITS = 52 - TABLE_BITS;
    private static final double REST = 0x1p-52;
    /** -log2(1 + i / 2^11), and the difference to the next. */
    private static final double[] TABLE = new double[(1 << TABLE_BITS) + 1];

    static {
        for (int i = 0; i < TABLE.length; i++) {
            TABLE[i] = -StrictMath.log(1 + i * 0x1p-11) / StrictMath.log(2);
        }
    }

    private Logarithm() {}

    /** -log2(u) for u = (bits + 1/2) / 2^64, {@code bits} unsigned: 0 to 65. */
    static double ofFraction(long bits) {
        int zeros = Long.numberOfLeadingZeros(bits | 1);
        // 1 and the 52 bits after the first that is set.
        long mantissa = (bits << zeros) >>> 11 & 0xF_FFFF_FFFF_FFFFL;
        int at = (int) (mantissa >>> REST_BITS);
        double rest = (mantissa & (1L << REST_BITS) - 1) * (REST * (1 << TABLE_BITS));
        return zeros + 1 + TABLE[at] + rest * (TABLE[at + 1] - TABLE[at]);
    }
}
