package io.backendpool.pool;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Checks of the model's compact constructors. Each message names the field, what was found and what was expected. */
final class Require {
    private static final Duration MIN = Duration.ofMillis(1);
    private static final Duration MAX = Duration.ofHours(24);

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

    static void inRange(String field, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw new IllegalArgumentException("%s: %s (expected: %s to %s)".formatted(field, value, min, max));
        }
    }

    /** The range of times that have no reason for another one. */
    static void duration(String field, Duration value) {
        if (value.compareTo(MIN) < 0 || value.compareTo(MAX) > 0) {
            throw new IllegalArgumentException(field + ": " + value + " (expected: 1ms to 24h)");
        }
    }

    /** RFC 9110, 5.6.2; at most 256 characters. */
    static void token(String field, String value) {
        if (value.isEmpty() || value.length() > 256 || !value.chars().allMatch(Require::isTokenCharacter)) {
            throw new IllegalArgumentException(
                    "%s: \"%s\" (expected: 1 to 256 letters, digits or !#$%%&'*+-.^_`|~)".formatted(field, value));
        }
    }

    private static boolean isTokenCharacter(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
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
