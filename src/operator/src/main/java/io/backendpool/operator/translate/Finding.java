package io.backendpool.operator.translate;

/**
 * Something that the manifest refers to and that is not as it should be. The rest of the pool goes on.
 *
 * @param kind what sort of thing
 * @param field the path in the manifest: {@code spec.backends[1].addresses[0]}
 * @param message one clause for people, without the field
 */
public record Finding(Kind kind, String field, String message) {

    /** The sorts; the status has a reason for each. */
    public enum Kind {
        /** A DNS name has no address: its backends are missing. */
        UNRESOLVED_NAME,
        /** A DNS name cannot be looked up now; its last addresses are used. */
        STALE_NAME,
        /** A listener has no certificate that it could present; it is left out. */
        LISTENER_WITHOUT_CERTIFICATE,
        /** A Secret is not there. */
        SECRET_NOT_FOUND,
        /** The API server does not let the operator read a Secret. */
        SECRET_UNREADABLE,
        /** A Secret does not hold the certificate, the key or the authorities that it should. */
        CERTIFICATE_INVALID,
        /** A certificate has expired. */
        CERTIFICATE_EXPIRED,
        /** A certificate is not valid yet. */
        CERTIFICATE_NOT_YET_VALID,
        /** A certificate is valid, and should have been renewed. */
        CERTIFICATE_EXPIRES_SOON,
        /** A group refers to what this mode of the operator does not follow. */
        UNSUPPORTED_SOURCE,
        /** A group refers to a Service that is not there. */
        SERVICE_NOT_FOUND,
        /** A group refers to a port that its Service does not have. */
        SERVICE_PORT_NOT_FOUND,
        /** The API server does not let the operator read a Service or its endpoints. */
        SERVICE_UNREADABLE
    }

    /** {@code field: message}. */
    @Override
    public String toString() {
        return field + ": " + message;
    }
}
