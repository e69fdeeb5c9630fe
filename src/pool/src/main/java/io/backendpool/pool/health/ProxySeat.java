package io.backendpool.pool.health;

/**
 * The place of a proxy among the proxies of its pool, by which it chooses the backends that it uses where it uses only a
 * part of them.
 *
 * @param position 0 to below 1: where on the ring of backends it begins
 * @param proxies how many share the ring evenly; 0: unknown, and the position is by chance
 */
public record ProxySeat(double position, int proxies) {
    public ProxySeat {
        if (!(position >= 0 && position < 1) || proxies < 0) {
            throw new IllegalArgumentException("seat: position %s of %d proxies (expected: 0 to below 1 of 0 or more)"
                    .formatted(position, proxies));
        }
    }

    /**
     * The seat of proxy {@code index} of {@code count}: the load on all backends is even, to the fraction.
     *
     * @param index 0 to {@code count - 1}, of this proxy alone, kept as long as it lives
     */
    public static ProxySeat of(int index, int count) {
        if (index < 0 || index >= count) {
            throw new IllegalArgumentException(
                    "seat: index %d (expected: 0 to %d, below the number of proxies)".formatted(index, count - 1));
        }
        return new ProxySeat((double) index / count, count);
    }

    /** A seat by the proxy's name alone, where nobody deals out seats: the load is even over many proxies only. */
    public static ProxySeat byName(String name) {
        return new ProxySeat((Subset.hash(name) >>> 11) * 0x1.0p-53, 0);
    }
}
