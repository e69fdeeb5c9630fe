package io.backendpool.proxy;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them in manifests: {@code 5s}, {@code 1m30s}, {@code 500ms} (Gateway API, GEP-2257). */
final class GatewayDuration {
    private static final Pattern WHOLE = Pattern.compile("([0-9]{1,5}(h|ms|m|s)){1,4}");
    private static final Pattern PART = Pattern.compile("([0-9]{1,5})(h|ms|m|s)");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,5}");

    private GatewayDuration() {}

    /** Parses {@code text}; a bare number is seconds. {@code option} names the culprit in the message. */
    static Duration parse(String option, String text) {
        if (SECONDS.matcher(text).matches()) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        if (!WHOLE.matcher(text).matches()) {
            throw new InvalidConfigException(
                    option + ": " + text + " (expected: a duration such as 30s, 1m30s or 500ms, or seconds)");
        }
        Duration total = Duration.ZERO;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            total = total.plus(amount(Long.parseLong(part.group(1)), part.group(2)));
        }
        return total;
    }

    private static Duration amount(long count, String unit) {
        return switch (unit) {
            case "h" -> Duration.ofHours(count);
            case "m" -> Duration.ofMinutes(count);
            case "s" -> Duration.ofSeconds(count);
            default -> Duration.ofMillis(count);
        };
    }
}
