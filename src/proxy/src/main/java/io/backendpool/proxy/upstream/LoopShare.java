package io.backendpool.proxy.upstream;

/**
 * Which part of a limit of the whole proxy one event loop keeps. The loops share nothing, so a limit is dealt out among
 * them: what does not divide evenly goes to the first ones.
 *
 * @param index of the event loop, from 0
 * @param count of all event loops, at least 1
 */
public record LoopShare(int index, int count) {
    /** The only loop there is. */
    public static final LoopShare ALL = new LoopShare(0, 1);

    public LoopShare {
        if (count < 1 || index < 0 || index >= count) {
            throw new IllegalArgumentException("loop %d of %d (expected: 0 to count - 1)".formatted(index, count));
        }
    }

    /**
     * This loop's part of {@code limit}. At least 1, since a loop without any could serve nobody: a limit below the number
     * of loops counts as that number. Of 0: 0.
     */
    int of(int limit) {
        int part = limit / count + (index < limit % count ? 1 : 0);
        return limit == 0 ? 0 : Math.max(1, part);
    }
}
