package io.backendpool.operator.control;

/**
 * Where proxies that stay move to when the number of seats changes. Seat {@code i} of {@code n} is the point {@code i / n}
 * of a ring, and all seats together are always evenly spaced, so most must move a little; how far is how many backends they
 * change. Nobody is overtaken. Pure.
 */
final class SeatPlan {
    private SeatPlan() {}

    /**
     * The seat among {@code after} that is nearest to seat {@code seat} of {@code before}: half the distance between two seats
     * away at most. No two get the same one, for there is more than one new seat for each old one.
     */
    static int grown(int seat, int before, int after) {
        return (int) ((2L * seat * after + before) / (2L * before));
    }

    /**
     * The new seats of those that stay where as many seats are left as there are of them. They close up in their order;
     * who takes seat 0 is chosen so that all together move as little as can be.
     *
     * @param kept the seats of those that stay, ascending
     * @param before the number of seats before
     */
    static int[] shrunk(int[] kept, int before) {
        int after = kept.length;
        int first = 0;
        long least = Long.MAX_VALUE;
        for (int turn = 0; turn < after; turn++) {
            long moved = moved(kept, before, turn);
            if (moved < least) {
                least = moved;
                first = turn;
            }
        }
        int[] seats = new int[after];
        for (int i = 0; i < after; i++) {
            seats[i] = (i + first) % after;
        }
        return seats;
    }

    /** How far all move together, in parts of the ring of {@code 1 / (before x after)}. */
    private static long moved(int[] kept, int before, int turn) {
        int after = kept.length;
        long ring = (long) before * after;
        long moved = 0;
        for (int i = 0; i < after; i++) {
            long way = Math.abs((long) kept[i] * after - (long) ((i + turn) % after) * before);
            moved += Math.min(way, ring - way);
        }
        return moved;
    }
}
