package io.backendpool.proxy.http;

import io.backendpool.proxy.tls.BackendTlsException;
import io.backendpool.proxy.upstream.UnprocessedException;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says what happened to a connection, for people, without addresses and class names. */
final class Failures {
    private Failures() {}

    static String describe(Throwable cause) {
        if (cause instanceof ConnectTimeoutException) {
            return "connect timeout";
        }
        if (cause instanceof BackendTlsException) {
            // Its message may hold names that are nobody's business; the log has it.
            return "TLS handshake failed";
        }
        if (cause instanceof UnprocessedException) {
            // Words of our own, with names that are written as they are.
            return String.valueOf(cause.getMessage());
        }
        if (cause instanceof NoRouteToHostException) {
            return "no route to host";
        }
        String message = messageOf(cause);
        if (message != null && message.contains("reset")) {
            return "connection reset";
        }
        if (cause instanceof ConnectException) {
            return message != null && message.contains("refused") ? "connection refused" : "connect failed";
        }
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    private static @Nullable String messageOf(Throwable cause) {
        String message = cause.getMessage();
        return message == null ? null : message.toLowerCase(Locale.ROOT);
    }
}
