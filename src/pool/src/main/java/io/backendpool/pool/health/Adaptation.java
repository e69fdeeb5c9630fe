package io.backendpool.pool.health;

/**
 * How one backend's weight is adapted to what it does, and what the adaptation remembers: see {@link AdaptiveWeights}.
 *
 * @param percent of its weight, within floor and ceiling
 * @param enforced whether traffic goes by it; else it is only shown
 * @param latencyNanos its latency, smoothed; 0: not known yet
 * @param deviation how much its latency changes from interval to interval, smoothed, as a part of itself
 * @param errorPercent its errors in percent, smoothed
 * @param stride how far the percent may move at once
 * @param direction of the last move: -1, 0 or 1
 * @param unjudged what it did since it was judged last
 * @param intervals without enough requests to judge it
 * @param reason why, for people, with numbers
 */
public record Adaptation(
        double percent,
        boolean enforced,
        double latencyNanos,
        double deviation,
        double errorPercent,
        double stride,
        int direction,
        Tally unjudged,
        int intervals,
        String reason) {
    /** As declared; nothing known. */
    public static final Adaptation NONE = new Adaptation(100, false, 0, 0, 0, 0, 0, Tally.NONE, 0, "");

    /** What the weight is multiplied by, above 0. */
    public double factor() {
        return enforced ? percent / 100 : 1;
    }
}
