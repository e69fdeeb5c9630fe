package io.backendpool.pool;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Goes through one list that is sorted by the keys of backends beside another: what of the one belongs to each key of the
 * other, without a look-up. One thread, once.
 */
public final class SortedWalk<T> {
    private final List<T> sorted;
    private final Function<T, BackendKey> key;
    private final Consumer<T> passed;
    private int next;

    /**
     * Before the first of {@code sorted}.
     *
     * @param key of an element; ascending, each once
     * @param passed is given each element whose key is not asked for, in order
     */
    public SortedWalk(List<T> sorted, Function<T, BackendKey> key, Consumer<T> passed) {
        this.sorted = sorted;
        this.key = key;
        this.passed = passed;
    }

    /** The element of {@code wanted}, a key above the last that was asked for; null: there is none. */
    @SuppressWarnings("ReferenceEquality") // what stays most often has the very same key
    public @Nullable T find(BackendKey wanted) {
        while (next < sorted.size()) {
            T element = sorted.get(next);
            BackendKey its = key.apply(element);
            int order = its == wanted ? 0 : its.compareTo(wanted);
            if (order > 0) {
                return null;
            }
            next++;
            if (order == 0) {
                return element;
            }
            passed.accept(element);
        }
        return null;
    }

    /** No key is asked for any more: the rest is passed. */
    public void end() {
        while (next < sorted.size()) {
            passed.accept(sorted.get(next++));
        }
    }
}
