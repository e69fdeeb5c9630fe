package io.backendpool.proxy.probe;

import io.backendpool.proxy.tls.BackendTlsException;
import io.netty.channel.ConnectTimeoutException;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.Locale;

/** Turns what went wrong into words that fit on a line of the status. */
final class ProbeFailure {
    private ProbeFailure() {}

    static ProbeResult.Failed of(Throwable failure, Duration timeout) {
        if (failure instanceof ConnectTimeoutException) {
            return timedOut(timeout);
        }
        if (failure instanceof BackendTlsException) {
            return new ProbeResult.Failed(String.valueOf(failure.getMessage()));
        }
        if (failure instanceof NoRouteToHostException) {
            return new ProbeResult.Failed("no route to host");
        }
        // The transports (NIO, epoll, io_uring) name the system's error in the message only.
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        for (String known : new String[] {
            "connection refused", "connection reset", "no route to host", "network is unreachable", "broken pipe"
        }) {
            if (message.contains(known)) {
                return new ProbeResult.Failed(known);
            }
        }
        return new ProbeResult.Failed("connection failed: " + failure.getMessage());
    }

    static ProbeResult.Failed timedOut(Duration timeout) {
        return new ProbeResult.Failed("timeout after " + words(timeout));
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
