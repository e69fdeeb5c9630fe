package io.backendpool.pool;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Checks of the model's compact constructors. Each message names the field, what was found and what was expected. */
final class Require {
    private Require() {}

    static void notEmpty(String field, String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException(field + ": \"\" (expected: not empty)");
        }
    }

    static void inRange(String field, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("%s: %d (expected: %,d to %,d)".formatted(field, value, min, max));
        }
    }

    static <T, K> void unique(String field, List<T> values, Function<T, K> key) {
        Set<K> seen = new HashSet<>();
        for (T value : values) {
            if (!seen.add(key.apply(value))) {
                throw new IllegalArgumentException(
                        "%s: %s twice (expected: unique)".formatted(field, key.apply(value)));
            }
        }
    }
}
