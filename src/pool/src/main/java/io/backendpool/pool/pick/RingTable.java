package io.backendpool.pool.pick;

import java.util.Arrays;

/**
 * Consistent hashing by a ring (D. Karger et al., "Consistent Hashing and Random Trees", STOC 1997): each backend owns points
 * on the circle of all hashes, in proportion to its weight, and a key belongs to the next point.
 *
 * <p>How many points: the heaviest backend gets a power of two, the others their part of it. The power is the smallest with
 * which the ring has its minimum size and the lightest backend {@value #LIGHTEST} points, but for the ring's maximum
 * size, which gives way to one point for each. Powers of two, because the points of a backend must not follow each small
 * change of the pool: each that comes or goes would move keys between backends that did not change. The share of a
 * backend with p points is right to about 1 / sqrt(p) of it; whoever wants better, raises the minimum.
 *
 * <p>Points are 40 bits of hash and the rank of their owner in one number, sorted. A second table tells where the points of each
 * small part of the circle begin, so that a look-up is no search.
 */
final class RingTable implements HashTable {
    /** Points of the lightest backend, where the maximum size allows it. */
    private static final int LIGHTEST = 64;

    private static final int RANK_BITS = 24;
    private static final long RANK = (1L << RANK_BITS) - 1;

    /** Sorted as signed numbers. */
    private final long[] points;
    /** The first point in each part of the circle or after it. */
    private final int[] first;
    /** Leaves the number of the part of a hash. */
    private final int shift;

    RingTable(Members members, int minimum, int maximum) {
        points = points(members, minimum, maximum);
        Arrays.sort(points);
        int bits = Math.max(1, 32 - Integer.numberOfLeadingZeros(points.length));
        shift = 64 - bits;
        first = new int[1 << bits];
        int point = 0;
        for (int part = 0; part < first.length; part++) {
            while (point < points.length && part(points[point]) < part) {
                point++;
            }
            first[part] = point;
        }
    }

    @Override
    public int size() {
        return points.length;
    }

    @Override
    public int place(long hash) {
        long least = hash & ~RANK;
        int at = first[part(hash)];
        while (at < points.length && points[at] < least) {
            at++;
        }
        return at < points.length ? at : 0;
    }

    @Override
    public int rank(int place) {
        return (int) (points[place] & RANK);
    }

    /** The circle begins at the most negative hash. */
    private int part(long hash) {
        return (int) ((hash ^ Long.MIN_VALUE) >>> shift);
    }

    private static long[] points(Members members, int minimum, int maximum) {
        int[] counts = counts(members, minimum, maximum);
        long[] points = new long[Arrays.stream(counts).sum()];
        int at = 0;
        for (int rank = 0; rank < counts.length; rank++) {
            for (int i = 0; i < counts[rank]; i++) {
                points[at++] = (Hashing.hash(i, members.hash()[rank]) & ~RANK) | rank;
            }
        }
        return points;
    }

    /** The points of each member. */
    static int[] counts(Members members, int minimum, int maximum) {
        long heaviest = Arrays.stream(members.weight()).max().orElse(1);
        long lightest = Arrays.stream(members.weight()).min().orElse(1);
        long most = 1;
        while (most < maximum
                && (total(members, heaviest, most) < minimum || points(lightest, heaviest, most) < LIGHTEST)) {
            most *= 2;
        }
        while (most > 1 && total(members, heaviest, most) > maximum) {
            most /= 2;
        }
        int[] counts = new int[members.count()];
        for (int rank = 0; rank < counts.length; rank++) {
            counts[rank] = points(members.weight()[rank], heaviest, most);
        }
        return counts;
    }

    private static long total(Members members, long heaviest, long most) {
        long total = 0;
        for (long weight : members.weight()) {
            total += points(weight, heaviest, most);
        }
        return total;
    }

    private static int points(long weight, long heaviest, long most) {
        return (int) Math.max(1, Math.round((double) weight / heaviest * most));
    }
}
