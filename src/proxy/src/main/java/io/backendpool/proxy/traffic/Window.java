package io.backendpool.proxy.traffic;

/**
 * A sliding window of some whole slots of time and the one under way. One thread writes; any thread reads, and may miss or
 * double what is written in that instant.
 *
 * <pre>
 *   second  ... 41 42 43 44 45 46 47 48 49 50 51(now)     of ten slots of a second each
 *   place       5  6  7  8  9  10 11 0  1  2  3
 * </pre>
 */
final class Window {
    /** What {@link #recent} holds. */
    static final int RECENT_SECONDS = 10;

    private static final int MINUTE_SLOT_SECONDS = 10;
    private static final int MINUTE_SLOTS = 6;
    private static final long NANOS = 1_000_000_000L;
    private static final int UNUSED = -1;

    private final long slotNanos;
    private final int slots;
    private final int width;
    /** Two more than whole slots: the one under way, and so that the one being cleared is never one being read. */
    private final int places;
    /** Which slot of time is at which place. */
    private final CounterArray times;

    private final CounterArray counts;

    private Window(int slotSeconds, int slots, int width) {
        this.slotNanos = slotSeconds * NANOS;
        this.slots = slots;
        this.width = width;
        this.places = slots + 2;
        this.times = new CounterArray(places);
        this.counts = new CounterArray(places * width);
        for (int place = 0; place < places; place++) {
            times.set(place, UNUSED);
        }
    }

    /** The last ten whole seconds and the one under way, of {@code width} counters. */
    static Window recent(int width) {
        return new Window(1, RECENT_SECONDS, width);
    }

    /** The last minute, to which up to ten seconds more may belong, of one counter. */
    static Window minute() {
        return new Window(MINUTE_SLOT_SECONDS, MINUTE_SLOTS, 1);
    }

    /** Counts one at {@code nanos}, which is never negative. The one writer. */
    void count(int counter, long nanos) {
        long time = nanos / slotNanos;
        int place = (int) (time % places);
        if (times.get(place) != time) {
            times.set(place, UNUSED);
            for (int i = 0; i < width; i++) {
                counts.set(place * width + i, 0);
            }
            times.set(place, time);
        }
        counts.add(place * width + counter, 1);
    }

    /** Adds what the window holds at {@code nanos} to {@code sums}. Any thread. */
    void addTo(long[] sums, long nanos) {
        long now = nanos / slotNanos;
        for (int place = 0; place < places; place++) {
            long time = times.get(place);
            if (time == UNUSED || time > now || time < now - slots) {
                continue;
            }
            for (int i = 0; i < width; i++) {
                sums[i] += counts.get(place * width + i);
            }
        }
    }

    /** What the window of a single counter holds at {@code nanos}. Any thread. */
    long sum(long nanos) {
        long[] sums = new long[width];
        addTo(sums, nanos);
        return sums[0];
    }
}
