package io.backendpool.operator.resources;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolSpec;
import io.backendpool.api.v1alpha1.Listener;
import io.backendpool.api.v1alpha1.ProxySettings;
import io.backendpool.operator.translate.PoolSpec;
import io.backendpool.pool.GatewayDuration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A pool's fields with the CRD's defaults where they are absent. What the CRD requires is there: these objects are made
 * of validated pools only.
 */
final class PoolFields {
    private static final int DEFAULT_REPLICAS = 2;
    private static final String DEFAULT_TERMINATION_GRACE_PERIOD =
            GatewayDuration.format(PoolSpec.DEFAULT_TERMINATION_GRACE_PERIOD);

    private PoolFields() {}

    static List<Listener> listeners(BackendPool pool) {
        return required("spec.listeners", spec(pool).listeners);
    }

    static String name(Listener listener) {
        return required("spec.listeners[].name", listener.name);
    }

    static int port(Listener listener) {
        return required("spec.listeners[].port", listener.port);
    }

    /** The protocol of the listener's port as Services name it: {@code TCP} or {@code UDP}. */
    static String transport(Listener listener) {
        return listener.protocol == Listener.Protocol.UDP ? "UDP" : "TCP";
    }

    static ProxySettings proxy(BackendPool pool) {
        return Objects.requireNonNullElseGet(spec(pool).proxy, ProxySettings::new);
    }

    static int replicas(BackendPool pool) {
        return Objects.requireNonNullElse(proxy(pool).replicas, DEFAULT_REPLICAS);
    }

    static String terminationGracePeriod(BackendPool pool) {
        return Objects.requireNonNullElse(proxy(pool).terminationGracePeriod, DEFAULT_TERMINATION_GRACE_PERIOD);
    }

    static ProxySettings.ServiceType serviceType(BackendPool pool) {
        return Objects.requireNonNullElse(proxy(pool).serviceType, ProxySettings.ServiceType.ClusterIP);
    }

    private static BackendPoolSpec spec(BackendPool pool) {
        return required("spec", pool.getSpec());
    }

    private static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(field + ": absent (expected: a value)");
        }
        return value;
    }
}
