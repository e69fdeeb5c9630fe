package io.backendpool.proxy.traffic;

/**
 * A sliding window of the last {@value #SECONDS} whole seconds and the one under way, as slots of one second. One thread
 * writes; any thread reads, and may miss or double what is written in that instant.
 *
 * <pre>
 *   second  ... 41 42 43 44 45 46 47 48 49 50 51(now)
 *   slot        8  9  10 0  1  2  3  4  5  6  7
 * </pre>
 */
final class Window {
    static final int SECONDS = 10;

    /** One more than the window, so that the slot being cleared is never one being read. */
    private static final int SLOTS = SECONDS + 2;

    private static final long NANOS = 1_000_000_000L;
    private static final int UNUSED = -1;

    private final CounterArray seconds = new CounterArray(SLOTS);
    private final CounterArray counts;
    private final int width;

    /** A window over {@code width} counters. */
    Window(int width) {
        this.width = width;
        this.counts = new CounterArray(SLOTS * width);
        for (int slot = 0; slot < SLOTS; slot++) {
            seconds.set(slot, UNUSED);
        }
    }

    /** Counts one at {@code nanos}, which is never negative. The one writer. */
    void count(int counter, long nanos) {
        long second = nanos / NANOS;
        int slot = (int) (second % SLOTS);
        if (seconds.get(slot) != second) {
            seconds.set(slot, UNUSED);
            for (int i = 0; i < width; i++) {
                counts.set(slot * width + i, 0);
            }
            seconds.set(slot, second);
        }
        counts.add(slot * width + counter, 1);
    }

    /** Adds what the window holds at {@code nanos} to {@code sums}. Any thread. */
    void addTo(long[] sums, long nanos) {
        long now = nanos / NANOS;
        for (int slot = 0; slot < SLOTS; slot++) {
            long second = seconds.get(slot);
            if (second == UNUSED || second > now || second < now - SECONDS) {
                continue;
            }
            for (int i = 0; i < width; i++) {
                sums[i] += counts.get(slot * width + i);
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
