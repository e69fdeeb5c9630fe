package io.backendpool.operator.translate;

import io.backendpool.pool.GatewayDuration;
import java.time.Duration;

/** Durations of manifests and of the command line, with the sentence for those that are none. */
public final class Durations {
    private Durations() {}

    /**
     * Parses {@code text}, a {@link GatewayDuration}.
     *
     * @param field its path, for the message
     * @throws IllegalArgumentException where it is no such duration; the message is for people
     */
    public static Duration parse(String field, String text) {
        Duration parsed = GatewayDuration.parse(text);
        if (parsed == null) {
            throw new IllegalArgumentException(
                    field + ": " + text + " (expected: a duration such as 5s, 1m30s or 250ms)");
        }
        return parsed;
    }
}
