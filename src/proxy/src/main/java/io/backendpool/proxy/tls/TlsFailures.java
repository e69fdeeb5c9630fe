package io.backendpool.proxy.tls;

import io.backendpool.proxy.traffic.Handshake;
import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says why a handshake failed: the kind, and the words. */
final class TlsFailures {
    private static final int MAX_LENGTH = 200;

    private TlsFailures() {}

    /** The kind of {@code failure} of a client's handshake. The engines name what went wrong in the message only. */
    static Handshake kind(Throwable failure) {
        Throwable cause = root(failure);
        if (cause instanceof NotSslRecordException) {
            return Handshake.NOT_TLS;
        }
        if (cause instanceof ClosedChannelException) {
            return Handshake.CLOSED;
        }
        String message = String.valueOf(cause.getMessage()).toUpperCase(Locale.ROOT);
        if (any(message, "HTTP_REQUEST", "WRONG_VERSION_NUMBER", "UNRECOGNIZED SSL MESSAGE", "NOT AN SSL/TLS")) {
            return Handshake.NOT_TLS;
        }
        if (any(
                message,
                "UNSUPPORTED_PROTOCOL",
                "NO_SHARED_CIPHER",
                "NO_COMMON",
                "IN COMMON",
                "NOT ENABLED OR SUPPORTED",
                "NO_SHARED_GROUP",
                "NOT ACCEPTED BY",
                "NO AVAILABLE AUTHENTICATION SCHEME")) {
            return Handshake.NOTHING_IN_COMMON;
        }
        if (any(message, "ALERT")) {
            return Handshake.REFUSED_BY_CLIENT;
        }
        return cause instanceof IOException && !(cause instanceof SSLException) ? Handshake.CLOSED : Handshake.FAILED;
    }

    private static boolean any(String message, String... words) {
        for (String word : words) {
            if (message.contains(word)) {
                return true;
            }
        }
        return false;
    }

    /** For people, on one line, with nothing of what the other side sent. */
    static String describe(Throwable failure) {
        CertificateException certificate = certificateProblem(failure);
        Throwable cause = certificate == null ? root(failure) : certificate;
        if (cause instanceof NotSslRecordException) {
            return "what came is no TLS";
        }
        if (cause instanceof ClosedChannelException) {
            return "connection closed in the handshake";
        }
        String message = cause.getMessage();
        if (message == null) {
            return cause.getClass().getSimpleName();
        }
        String line = message.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH);
    }

    private static @Nullable CertificateException certificateProblem(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException found) {
                return found;
            }
        }
        return null;
    }

    private static Throwable root(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
