package io.backendpool.pool.health;

import java.time.Duration;
import java.util.Locale;

/** Figures as the reasons for people show them. */
final class Words {
    private Words() {}

    /** {@code 250ms}, {@code 1.5s}, {@code 30s}, {@code 5m}, {@code 1m30s}. */
    static String duration(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1_000) {
            return millis + "ms";
        }
        if (millis < 10_000 && millis % 1_000 != 0) {
            return String.format(Locale.ROOT, "%.1fs", millis / 1e3);
        }
        long seconds = Math.round(millis / 1e3);
        if (seconds < 60) {
            return seconds + "s";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds / 60 + "m" + seconds % 60 + "s";
    }

    /** {@code 1st}, {@code 2nd}, {@code 3rd}, {@code 11th}. */
    static String ordinal(int number) {
        int tens = number % 100;
        if (tens >= 11 && tens <= 13) {
            return number + "th";
        }
        return number
                + switch (number % 10) {
                    case 1 -> "st";
                    case 2 -> "nd";
                    case 3 -> "rd";
                    default -> "th";
                };
    }

    /** {@code 12.3ms}. */
    static String millis(double nanos) {
        return String.format(Locale.ROOT, "%.1fms", nanos / 1e6);
    }

    /** {@code 4.1%}, of a number that is in percent already. */
    static String percent(double percent) {
        return String.format(Locale.ROOT, "%.1f%%", percent);
    }
}
