package io.backendpool.proxy.probe;

/**
 * Parts of an interval, one for each who asks, that lie evenly in it however many have asked: steps of the golden section
 * (Weyl's sequence), of which any n in a row leave no gap above 3/n. Confined to one thread.
 */
final class Spread {
    private static final double STEP = (Math.sqrt(5) - 1) / 2;

    private long asked;

    /** Above 0, to 1. */
    double next() {
        double part = asked++ * STEP;
        return 1 - (part - Math.floor(part));
    }
}
