package io.backendpool.pool.health;

import java.time.Duration;
import java.time.Instant;

/**
 * A backend is out for what its responses were like, whatever its probes say.
 *
 * @param cause why, for people: {@code 5xx 5 in a row}
 * @param since when it was ejected
 * @param until when it may return
 * @param times how often it has been ejected lately, 1 or more: what the time grows with
 * @param halfOpen the time is over, and probes decide about the return
 * @param probesSucceeded probes that succeeded since it is half open
 * @param probesNeeded so many of them let it return
 */
public record Ejection(
        String cause,
        Instant since,
        Instant until,
        int times,
        boolean halfOpen,
        int probesSucceeded,
        int probesNeeded) {

    /** For people: {@code 5xx 5 in a row, ejected 30s (2nd time)}. */
    public String words() {
        if (halfOpen) {
            return "%s, half-open: %d of %d probes succeeded".formatted(cause, probesSucceeded, probesNeeded);
        }
        String again = times > 1 ? " (" + Words.ordinal(times) + " time)" : "";
        return cause + ", ejected " + Words.duration(Duration.between(since, until)) + again;
    }
}
