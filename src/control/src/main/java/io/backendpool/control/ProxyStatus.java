package io.backendpool.control;

import java.util.List;

/**
 * All that one proxy says of itself at one moment.
 *
 * @param ready it takes traffic: a complete revision is live and the request path is warm
 * @param backends one for each backend of the applied snapshot, in its order
 * @param traffic what went through it
 */
public record ProxyStatus(boolean ready, List<BackendStatus> backends, Traffic traffic) {
    public static final ProxyStatus NONE = new ProxyStatus(false, List.of(), Traffic.NONE);

    public ProxyStatus {
        backends = List.copyOf(backends);
    }
}
