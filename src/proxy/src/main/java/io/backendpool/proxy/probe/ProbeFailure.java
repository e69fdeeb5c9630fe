package io.backendpool.proxy.probe;

import io.backendpool.proxy.tls.BackendTlsException;
import io.netty.channel.ConnectTimeoutException;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns what went wrong into words that fit on a line of the status. */
final class ProbeFailure {
    private static final int MAX_QUOTED = 60;
    private static final Pattern UNPRINTABLE = Pattern.compile("[^\\x20-\\x7e]");

    private ProbeFailure() {}

    static String of(@Nullable Throwable failure, Duration timeout) {
        if (failure == null) {
            return "connection failed";
        }
        if (failure instanceof ConnectTimeoutException) {
            return timedOut(timeout);
        }
        if (failure instanceof BackendTlsException) {
            return String.valueOf(failure.getMessage());
        }
        if (failure instanceof NoRouteToHostException) {
            return "no route to host";
        }
        // The transports (NIO, epoll, io_uring) name the system's error in the message only.
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        for (String known : new String[] {
            "connection refused", "connection reset", "no route to host", "network is unreachable", "broken pipe"
        }) {
            if (message.contains(known)) {
                return known;
            }
        }
        return "connection failed: " + failure.getMessage();
    }

    static String timedOut(Duration timeout) {
        return "timeout after " + words(timeout);
    }

    /** What a backend said, as a quotation that fits on a line of the status: nothing unprintable, no more than some words. */
    static String quoted(String said) {
        String clean = UNPRINTABLE.matcher(said).replaceAll("?");
        return '"' + (clean.length() > MAX_QUOTED ? clean.substring(0, MAX_QUOTED) + "..." : clean) + '"';
    }

    /** As the Gateway API writes durations (GEP-2257), which is how the user wrote it: {@code 1m30s}, {@code 500ms}. */
    static String words(Duration duration) {
        StringBuilder words = new StringBuilder();
        part(words, duration.toHours(), "h");
        part(words, duration.toMinutesPart(), "m");
        part(words, duration.toSecondsPart(), "s");
        part(words, duration.toMillisPart(), "ms");
        return words.isEmpty() ? "0s" : words.toString();
    }

    private static void part(StringBuilder words, long amount, String unit) {
        if (amount > 0) {
            words.append(amount).append(unit);
        }
    }
}
