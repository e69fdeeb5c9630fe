package io.backendpool.control;

/**
 * The place of one proxy among those of its pool, as the operator deals it out: of {@code count} proxies that divide the
 * backends evenly, this is number {@code index}.
 *
 * @param index 0 to {@code count - 1}, of one proxy alone
 * @param count 1 to 100,000
 */
public record Seat(int index, int count) {
    static final int MAX_COUNT = 100_000;

    public Seat {
        if (count < 1 || count > MAX_COUNT || index < 0 || index >= count) {
            throw new IllegalArgumentException("seat: index %s of %s (expected: an index below the count of 1 to %,d)"
                    .formatted(Integer.toUnsignedString(index), Integer.toUnsignedString(count), MAX_COUNT));
        }
    }

    /** As logs and the proxy's file say it: {@code 3 of 10}. */
    @Override
    public String toString() {
        return index + " of " + count;
    }
}
