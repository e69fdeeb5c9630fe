package io.backendpool.operator.status;

/** The reasons of conditions. Each one is explained for users in docs/reference/conditions.md; a test holds the page to it. */
public enum Reason {
    /** The manifest is valid and is what runs or is about to. */
    ACCEPTED(ConditionType.ACCEPTED, "True", "Accepted"),

    /** Every reference of the manifest was found. */
    RESOLVED_REFS(ConditionType.RESOLVED_REFS, "True", "ResolvedRefs"),
    /** The first lookup of a DNS name is under way. */
    RESOLVING(ConditionType.RESOLVED_REFS, "Unknown", "Resolving"),
    /** A certificate is valid, and should have been renewed. */
    CERTIFICATE_EXPIRES_SOON(ConditionType.RESOLVED_REFS, "True", "CertificateExpiresSoon"),
    /** A listener has no certificate, and is left out. */
    LISTENER_WITHOUT_CERTIFICATE(ConditionType.RESOLVED_REFS, "False", "ListenerWithoutCertificate"),
    /** A Secret is not there. */
    SECRET_NOT_FOUND(ConditionType.RESOLVED_REFS, "False", "SecretNotFound"),
    /** The operator may not read a Secret. */
    SECRET_UNREADABLE(ConditionType.RESOLVED_REFS, "False", "SecretUnreadable"),
    /** A Secret does not hold what it should. */
    CERTIFICATE_INVALID(ConditionType.RESOLVED_REFS, "False", "CertificateInvalid"),
    /** A certificate has expired. */
    CERTIFICATE_EXPIRED(ConditionType.RESOLVED_REFS, "False", "CertificateExpired"),
    /** A certificate is not valid yet. */
    CERTIFICATE_NOT_YET_VALID(ConditionType.RESOLVED_REFS, "False", "CertificateNotYetValid"),
    /** A DNS name has no address. */
    NAME_NOT_RESOLVED(ConditionType.RESOLVED_REFS, "False", "NameNotResolved"),
    /** A DNS name cannot be looked up any more; its last addresses are used. */
    NAME_STALE(ConditionType.RESOLVED_REFS, "False", "NameStale"),
    /** A group names a source that this mode does not follow. */
    UNSUPPORTED_SOURCE(ConditionType.RESOLVED_REFS, "False", "UnsupportedSource"),
    /** A group names a Service that is not there. */
    SERVICE_NOT_FOUND(ConditionType.RESOLVED_REFS, "False", "ServiceNotFound"),
    /** A group names a port that its Service does not have. */
    SERVICE_PORT_NOT_FOUND(ConditionType.RESOLVED_REFS, "False", "ServicePortNotFound"),
    /** The operator may not read a Service or its endpoints. */
    SERVICE_UNREADABLE(ConditionType.RESOLVED_REFS, "False", "ServiceUnreadable"),

    /** Every proxy has acknowledged the revision. */
    PROGRAMMED(ConditionType.PROGRAMMED, "True", "Programmed"),
    /** Some proxies have not acknowledged it yet. */
    PENDING(ConditionType.PROGRAMMED, "False", "Pending"),
    /** A proxy has refused the revision. */
    REJECTED(ConditionType.PROGRAMMED, "False", "Rejected"),
    /** No proxy is connected, so nobody knows. */
    NO_PROXY_CONNECTED(ConditionType.PROGRAMMED, "Unknown", "NoProxyConnected"),

    /** A proxy takes traffic, and every backend is healthy. */
    ALL_HEALTHY(ConditionType.READY, "True", "AllHealthy"),
    /** A proxy takes traffic and a backend gets it, but not every backend is healthy. */
    DEGRADED(ConditionType.READY, "True", "Degraded"),
    /** No probe has answered for any backend yet: all are tried. */
    UNPROBED(ConditionType.READY, "True", "Unprobed"),
    /** The first priority has lost so many backends that a later one gets a part of the traffic. */
    FAILOVER(ConditionType.READY, "True", "Failover"),
    /** So few backends are healthy that all are tried. */
    PANIC(ConditionType.READY, "True", "Panic"),
    /** No backend is healthy; those that drain but still serve get the traffic. */
    LAST_RESORT(ConditionType.READY, "True", "LastResort"),
    /** No connected proxy takes traffic. */
    PROXIES_NOT_READY(ConditionType.READY, "False", "ProxiesNotReady"),
    /** No backend may get traffic. */
    NO_ELIGIBLE_BACKEND(ConditionType.READY, "False", "NoEligibleBackend"),
    /** No proxy is connected, so nobody knows. */
    NO_REPORT(ConditionType.READY, "Unknown", "NoReport"),

    /** Something asked for is not live on all proxies yet. */
    PROGRESSING(ConditionType.RECONCILING, "True", "Progressing"),
    /** Everything asked for is live. */
    UP_TO_DATE(ConditionType.RECONCILING, "False", "UpToDate"),
    /** Nothing moves until the cause that Stalled names is mended. */
    BLOCKED(ConditionType.RECONCILING, "False", "Blocked"),

    /** Nothing is stuck. */
    NOT_STALLED(ConditionType.STALLED, "False", "NotStalled"),
    /** The manifest was changed to one that cannot be taken; the last good one goes on. */
    INVALID_MANIFEST(ConditionType.STALLED, "True", "InvalidManifest"),
    /** A proxy has refused the revision; the last good one goes on. */
    REVISION_REJECTED(ConditionType.STALLED, "True", "RevisionRejected"),
    /** A proxy cannot be kept running. */
    PROXY_FAILING(ConditionType.STALLED, "True", "ProxyFailing"),

    /** Traffic goes by the manifest alone. */
    NOT_OVERRIDDEN(ConditionType.OVERRIDDEN, "False", "NotOverridden"),
    /** Somebody has said something against the manifest, and traffic follows that. */
    OVERRIDE_ACTIVE(ConditionType.OVERRIDDEN, "True", "OverrideActive");

    private final ConditionType type;
    private final String status;
    private final String word;

    Reason(ConditionType type, String status, String word) {
        this.type = type;
        this.status = status;
        this.word = word;
    }

    /** The condition that it is a reason of. */
    public ConditionType type() {
        return type;
    }

    /** {@code True}, {@code False} or {@code Unknown}: what the condition says for this reason. */
    public String status() {
        return status;
    }

    /** The {@code reason} of the condition. */
    public String word() {
        return word;
    }
}
