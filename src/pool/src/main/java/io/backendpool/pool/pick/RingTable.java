package io.backendpool.pool.pick;

import java.util.Arrays;

/**
 * Consistent hashing by a ring (D. Karger et al., "Consistent Hashing and Random Trees", STOC 1997): each backend owns points
 * on the circle of all hashes, in proportion to its weight, and a key belongs to the next point.
 *
 * <p>An average backend has as many points as the minimum size says, halved as often as the maximum size asks for; each has one at
 * least. So the number of points of a backend does not follow the number of backends: where one of many equal ones comes
 * or goes, no key moves between the others, except when the pool outgrows the maximum once more. Where weights differ, the
 * average moves, and about as many keys move between others as the backend's share differs from it. The share of a backend
 * with p points is right to about 1 / sqrt(p) of it; whoever wants better, raises the sizes.
 *
 * <p>A point is 40 bits of hash and the rank of its owner in one number, sorted. A second table tells where the points of each
 * small part of the circle begin, so that a look-up is no search.
 */
final class RingTable implements HashTable {
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

    /** Where on the circle the point at {@code place} is: the hash's upper 40 bits; the rest is another matter. */
    long point(int place) {
        return points[place] & ~RANK;
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
        long average = minimum;
        while (average > 1 && average * members.count() > maximum) {
            average /= 2;
        }
        int[] counts = new int[members.count()];
        for (int rank = 0; rank < counts.length; rank++) {
            counts[rank] = (int) Math.max(1, Math.round(average * members.count() * members.share(rank)));
        }
        return counts;
    }
}
