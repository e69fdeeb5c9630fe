package io.backendpool.proxy;

import io.backendpool.pool.GatewayDuration;
import java.time.Duration;
import java.util.regex.Pattern;

/** Durations of the command line: a {@link GatewayDuration}, or a bare number of seconds. */
final class OptionDuration {
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,5}");

    private OptionDuration() {}

    /** Parses {@code text}. {@code option} names the culprit in the message. */
    static Duration parse(String option, String text) {
        if (SECONDS.matcher(text).matches()) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        Duration parsed = GatewayDuration.parse(text);
        if (parsed == null) {
            throw new InvalidConfigException(
                    option + ": " + text + " (expected: a duration such as 30s, 1m30s or 500ms, or seconds)");
        }
        return parsed;
    }
}
