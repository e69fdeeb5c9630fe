package io.backendpool.proxy.traffic;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counters that one thread writes and any thread reads. A write costs a plain load and a store, no locked instruction.
 */
final class CounterArray {
    private final AtomicLongArray values;

    CounterArray(int length) {
        values = new AtomicLongArray(length);
    }

    /** The one writer. */
    void add(int index, long amount) {
        values.setOpaque(index, values.getPlain(index) + amount);
    }

    /** The one writer. */
    void set(int index, long value) {
        values.setOpaque(index, value);
    }

    /** Any thread. */
    long get(int index) {
        return values.getOpaque(index);
    }

    int length() {
        return values.length();
    }
}
