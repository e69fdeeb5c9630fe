package io.backendpool.pool.pick;

import java.util.stream.LongStream;

/** Pearson's test of counts against shares. */
final class ChiSquare {
    private ChiSquare() {}

    /** The sum over all of (found - expected)^2 / expected, for shares in proportion to {@code weights}. */
    static double of(long[] found, long[] weights) {
        double picks = LongStream.of(found).sum();
        double sum = LongStream.of(weights).sum();
        double chiSquare = 0;
        for (int i = 0; i < found.length; i++) {
            if (weights[i] > 0) {
                double expected = picks * weights[i] / sum;
                chiSquare += (found[i] - expected) * (found[i] - expected) / expected;
            }
        }
        return chiSquare;
    }

    /**
     * What chance goes beyond once in a million (Wilson and Hilferty's approximation), for as many counts as there are
     * {@code weights} above 0.
     */
    static double bound(long[] weights) {
        double degrees = LongStream.of(weights).filter(weight -> weight > 0).count() - 1;
        double root = 1 - 2 / (9 * degrees) + 4.75 * Math.sqrt(2 / (9 * degrees));
        return degrees == 0 ? 1e-9 : degrees * root * root * root;
    }
}
