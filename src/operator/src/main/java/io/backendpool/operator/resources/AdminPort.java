package io.backendpool.operator.resources;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.Listener;
import java.util.HashSet;
import java.util.Set;

/** The port on which a proxy says how it is: {@code /live}, {@code /ready}, {@code /metrics}, {@code /pool}. */
final class AdminPort {
    static final int USUAL = 9901;

    private AdminPort() {}

    /**
     * {@value #USUAL}, or the next one that no listener of {@code pool} wants. A pool has at most 16 listeners, so one is
     * found. It is part of the pod template: a listener on just this port is the one that rolls the pods.
     */
    static int of(BackendPool pool) {
        Set<Integer> taken = new HashSet<>();
        for (Listener listener : PoolFields.listeners(pool)) {
            taken.add(PoolFields.port(listener));
        }
        int port = USUAL;
        while (taken.contains(port)) {
            port++;
        }
        return port;
    }
}
