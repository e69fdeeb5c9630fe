package io.backendpool.operator.status;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a figure of the status as it was until it has moved by more than chance moves it: a steady pool must not write.
 * Chance is about {@code 1 / sqrt(n)} for a figure counted from n requests.
 */
final class Smoothing {
    private Smoothing() {}

    /**
     * Whether a part of the requests is to be rewritten: it moved by 2 points or more (more where few requests were counted),
     * or it came to 0 or left it.
     *
     * @param share 0 to 1; NaN: no requests
     * @param requests that it is a part of
     * @param previous what {@link #percent} gave before; null: there was nothing to tell
     */
    static boolean shareMoved(double share, long requests, @Nullable String previous) {
        Double before = number(previous, "%");
        if (before == null || Double.isNaN(share)) {
            return before != null || !Double.isNaN(share);
        }
        double noise = Math.max(2, 100 / Math.sqrt((double) Math.max(1, requests)));
        return Math.abs(share * 100 - before) >= noise || (before == 0) != (Math.round(share * 100) == 0);
    }

    /**
     * Percent, whole.
     *
     * @param share 0 to 1; NaN: no requests
     * @return null: no requests
     */
    static @Nullable String percent(double share) {
        return Double.isNaN(share) ? null : Math.round(share * 100) + "%";
    }

    /** Requests per second, two significant digits: rewritten when it moved by more than 10 % and more than chance. */
    static String rate(double perSecond, long requests, @Nullable String previous) {
        Double before = number(previous, "");
        double noise = Math.max(0.1, 2.5 / Math.sqrt((double) Math.max(1, requests)));
        boolean kept = before != null
                && Math.abs(perSecond - before) <= noise * Math.max(before, perSecond)
                && (before == 0) == (requests == 0);
        return kept && previous != null ? previous : twoDigits(perSecond);
    }

    /** Milliseconds, two significant digits: rewritten when it moved by more than half and by more than 1 ms. */
    static @Nullable String latency(double millis, @Nullable String previous) {
        if (millis <= 0) {
            return null;
        }
        Double before = number(previous, "ms");
        boolean kept = before != null && (Math.abs(millis - before) <= 0.5 * before || Math.abs(millis - before) <= 1);
        return kept ? previous : twoDigits(millis) + "ms";
    }

    /** A weight: at most two decimals, no needless zeros. */
    static String weight(double weight) {
        return plain(BigDecimal.valueOf(weight).setScale(2, RoundingMode.HALF_UP));
    }

    static String twoDigits(double value) {
        return plain(BigDecimal.valueOf(value).round(new MathContext(2)));
    }

    private static String plain(BigDecimal value) {
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }

    private static @Nullable Double number(@Nullable String text, String unit) {
        if (text == null || !text.toLowerCase(Locale.ROOT).endsWith(unit)) {
            return null;
        }
        try {
            return Double.valueOf(text.substring(0, text.length() - unit.length()));
        } catch (NumberFormatException writtenByOthers) {
            return null;
        }
    }
}
