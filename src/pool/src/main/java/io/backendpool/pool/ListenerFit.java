package io.backendpool.pool;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a pool must be possible on every listener and with every group of it: nothing is ignored silently. Pure;
 * any thread.
 */
public final class ListenerFit {
    private ListenerFit() {}

    /**
     * Looks for what does not fit.
     *
     * @param groups what the backends of each group speak, by its name
     * @throws IllegalArgumentException something does not; the message names the field
     */
    public static void require(
            List<Listener> listeners,
            Map<String, BackendGroup.Protocol> groups,
            LoadBalancing loadBalancing,
            @Nullable HealthCheck check,
            @Nullable Session session) {
        for (Listener listener : listeners) {
            if (!loadBalancing.hash().isEmpty()
                    && loadBalancing.hash().stream().noneMatch(key -> key.isOf(listener.protocol()))) {
                throw new IllegalArgumentException(
                        "loadBalancing.hash: no key for listeners[%s] (expected: clientIP as the last key, for the listener's protocol is %s)"
                                .formatted(listener.name(), listener.protocol()));
            }
            if (session != null) {
                requireSession(listener, session);
            }
        }
        if (check != null
                && check.probe() instanceof HealthCheck.GrpcProbe
                // Elsewhere a group has no protocol of its own, and the probe speaks HTTP/2 in plain text.
                && listeners.stream().anyMatch(listener -> listener.protocol().isHttp())) {
            groups.forEach((name, protocol) -> {
                if (!protocol.isHttp2()) {
                    throw new IllegalArgumentException(
                            "healthCheck.grpc: present (expected: backends[%s].protocol of H2C or H2, found %s)"
                                    .formatted(name, protocol));
                }
            });
        }
    }

    private static void requireSession(Listener listener, Session session) {
        if (session.kind().isHttp() && !listener.protocol().isHttp()) {
            throw new IllegalArgumentException(
                    "session: by a cookie or a header (expected: sourceIP, for the protocol of listeners[%s] is %s)"
                            .formatted(listener.name(), listener.protocol()));
        }
        if (session.kind() instanceof Session.Cookie cookie
                && cookie.needsSecure()
                && cookie.secure() == Session.Cookie.Secure.AUTO
                && listener.protocol() == Listener.Protocol.HTTP) {
            throw new IllegalArgumentException(
                    "session.cookie.secure: Auto (expected: Always with a prefix or sameSite None, for the protocol of listeners[%s] is HTTP)"
                            .formatted(listener.name()));
        }
    }
}
