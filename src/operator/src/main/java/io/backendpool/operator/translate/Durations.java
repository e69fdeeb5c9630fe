package io.backendpool.operator.translate;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as the Gateway API writes them (GEP-2257): {@code 5s}, {@code 1m30s}, {@code 250ms}. */
public final class Durations {
    private static final Pattern WHOLE = Pattern.compile("([0-9]{1,5}(h|m|s|ms)){1,4}");
    private static final Pattern PART = Pattern.compile("([0-9]{1,5})(ms|h|m|s)");

    private Durations() {}

    /**
     * Parses {@code text}.
     *
     * @param field its path, for the message
     * @throws IllegalArgumentException where it is no such duration; the message is for people
     */
    public static Duration parse(String field, String text) {
        if (!WHOLE.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    field + ": " + text + " (expected: a duration such as 5s, 1m30s or 250ms)");
        }
        Duration sum = Duration.ZERO;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            sum = sum.plus(unit(part.group(2)).multipliedBy(Long.parseLong(part.group(1))));
        }
        return sum;
    }

    private static Duration unit(String name) {
        return switch (name) {
            case "h" -> Duration.ofHours(1);
            case "m" -> Duration.ofMinutes(1);
            case "s" -> Duration.ofSeconds(1);
            case "ms" -> Duration.ofMillis(1);
            // The pattern admits no other unit.
            default -> throw new IllegalStateException(name);
        };
    }
}
