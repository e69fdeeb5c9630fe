package io.backendpool.operator.resources;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.Listener;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where clients reach the pool: a port for each listener, on proxies that are ready. */
public final class ProxyService extends OwnedResource<Service> {
    public ProxyService() {
        super(Service.class);
    }

    @Override
    public Service desired(BackendPool pool, @Nullable Service actual) {
        return new ServiceBuilder()
                .withMetadata(metadata(pool)
                        .addToAnnotations(Objects.requireNonNullElse(
                                PoolFields.proxy(pool).annotations, Map.<String, String>of()))
                        .build())
                .withNewSpec()
                .withType(PoolFields.serviceType(pool).name())
                // On a cluster with one family it is that one.
                .withIpFamilyPolicy("PreferDualStack")
                .withSelector(ProxyLabels.selector(pool))
                .withPorts(ports(pool))
                .endSpec()
                .build();
    }

    private static List<ServicePort> ports(BackendPool pool) {
        List<ServicePort> ports = new ArrayList<>();
        for (Listener listener : PoolFields.listeners(pool)) {
            int port = PoolFields.port(listener);
            ports.add(new ServicePortBuilder()
                    .withName(PoolFields.name(listener))
                    .withPort(port)
                    .withNewTargetPort(port)
                    // Part of the key by which the API server merges ports, so it is never left to its default.
                    .withProtocol(PoolFields.transport(listener))
                    .withAppProtocol(appProtocol(listener.protocol))
                    .build());
        }
        return ports;
    }

    /** Null: bytes, of which the Service's users know more than we do. */
    private static @Nullable String appProtocol(Listener.@Nullable Protocol protocol) {
        return switch (Objects.requireNonNullElse(protocol, Listener.Protocol.HTTP)) {
            case HTTP -> "http";
            case HTTPS -> "https";
            case TLS -> "tls";
            case TCP, UDP -> null;
        };
    }
}
