package io.backendpool.proxy.control;

import io.grpc.Status;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What went wrong with a stream, as one sentence for people, without the layers that it came through. */
final class FailureSentence {
    private FailureSentence() {}

    static String of(Status status, ControlSettings settings) {
        String operator = "operator %s port %d".formatted(settings.host(), settings.port());
        Throwable cause = status.getCause();
        if (find(cause, CertificateExpiredException.class) != null) {
            return operator + ": its certificate has expired";
        }
        if (find(cause, CertPathBuilderException.class) != null
                || find(cause, CertPathValidatorException.class) != null) {
            return operator + ": its certificate comes from an unknown CA (expected: one of " + settings.trustBundle()
                    + ")";
        }
        CertificateException certificate = find(cause, CertificateException.class);
        if (certificate != null) {
            return operator + ": its certificate is refused: " + certificate.getMessage();
        }
        SSLException tls = find(cause, SSLException.class);
        if (tls != null) {
            return operator + ": no TLS: " + tls.getMessage();
        }
        if (find(cause, UnknownHostException.class) != null) {
            return operator + ": the name has no address";
        }
        ConnectException unreachable = find(cause, ConnectException.class);
        if (unreachable != null) {
            return operator + ": not reachable: " + unreachable.getMessage();
        }
        String description = status.getDescription();
        return switch (status.getCode()) {
            case OK -> operator + ": ended the stream";
            case UNAUTHENTICATED, PERMISSION_DENIED -> operator + ": refuses this proxy: " + description;
            default -> operator + ": " + (description == null ? status.getCode() : description);
        };
    }

    private static <T extends Throwable> @Nullable T find(@Nullable Throwable failure, Class<T> type) {
        Throwable at = failure;
        // A chain of causes may be a circle.
        for (int depth = 0; at != null && depth < 20; depth++) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
            at = at.getCause();
        }
        return null;
    }
}
