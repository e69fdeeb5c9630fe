package io.backendpool.operator.translate;

import io.backendpool.api.v1alpha1.BackendGroup;
import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.BackendPoolSpec;
import io.backendpool.api.v1alpha1.BackendTls;
import io.backendpool.api.v1alpha1.ServiceReference;
import io.backendpool.pool.Listener;
import io.backendpool.pool.PoolId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The border between the bean and the records: reads a validated {@link BackendPool} into a {@link PoolSpec}. The
 * defaults are those of the CRD, because a file that no API server has seen comes without them.
 */
public final class PoolSpecReader {
    private static final String DEFAULT_NAMESPACE = "default";
    private static final int DEFAULT_WEIGHT = 100;
    private static final int DEFAULT_REPLICAS = 2;

    private PoolSpecReader() {}

    /**
     * Reads {@code pool}.
     *
     * @throws IllegalArgumentException where it is not valid after all; the message names the field
     */
    public static PoolSpec read(BackendPool pool) {
        String namespace = Objects.requireNonNullElse(pool.getMetadata().getNamespace(), DEFAULT_NAMESPACE);
        PoolId id = new PoolId(
                namespace, required("metadata.name", pool.getMetadata().getName()));
        BackendPoolSpec spec = required("spec", pool.getSpec());
        return new PoolSpec(
                id,
                pool.getMetadata().getGeneration(),
                listeners(required("spec.listeners", spec.listeners)),
                groups(required("spec.backends", spec.backends)),
                LoadBalancingReader.read(spec.loadBalancing),
                HealthCheckReader.read(spec.healthCheck),
                TrafficPolicyReader.read(spec),
                spec.proxy == null || spec.proxy.replicas == null ? DEFAULT_REPLICAS : spec.proxy.replicas,
                SessionReader.read(spec.session),
                WeightsReader.read(spec.outlierDetection),
                WeightsReader.read(spec.adaptiveWeight),
                spec.proxy == null || spec.proxy.terminationGracePeriod == null
                        ? PoolSpec.DEFAULT_TERMINATION_GRACE_PERIOD
                        : Durations.parse("spec.proxy.terminationGracePeriod", spec.proxy.terminationGracePeriod));
    }

    private static List<Listener> listeners(List<io.backendpool.api.v1alpha1.Listener> beans) {
        List<Listener> listeners = new ArrayList<>();
        for (int i = 0; i < beans.size(); i++) {
            listeners.add(ListenerReader.read("spec.listeners[" + i + "]", beans.get(i)));
        }
        return listeners;
    }

    private static List<PoolSpec.Group> groups(List<BackendGroup> beans) {
        List<PoolSpec.Group> groups = new ArrayList<>();
        for (int i = 0; i < beans.size(); i++) {
            String field = "spec.backends[" + i + "]";
            BackendGroup bean = beans.get(i);
            groups.add(new PoolSpec.Group(
                    required(field + ".name", bean.name),
                    bean.weight == null ? DEFAULT_WEIGHT : bean.weight,
                    source(field, bean),
                    protocol(bean.protocol),
                    bean.tls == null ? null : tls(field + ".tls", bean.tls),
                    proxyProtocol(bean.proxyProtocol),
                    bean.serverNames == null ? List.of() : bean.serverNames,
                    Objects.requireNonNullElse(bean.priority, 0)));
        }
        return groups;
    }

    private static io.backendpool.pool.BackendGroup.Protocol protocol(BackendGroup.@Nullable Protocol bean) {
        return switch (bean) {
            case null -> io.backendpool.pool.BackendGroup.Protocol.HTTP;
            case HTTP -> io.backendpool.pool.BackendGroup.Protocol.HTTP;
            case H2C -> io.backendpool.pool.BackendGroup.Protocol.H2C;
            case HTTPS -> io.backendpool.pool.BackendGroup.Protocol.HTTPS;
            case H2 -> io.backendpool.pool.BackendGroup.Protocol.H2;
        };
    }

    private static io.backendpool.pool.BackendGroup.ProxyProtocol proxyProtocol(
            BackendGroup.@Nullable ProxyProtocolVersion bean) {
        return switch (bean) {
            case null -> io.backendpool.pool.BackendGroup.ProxyProtocol.NONE;
            case V1 -> io.backendpool.pool.BackendGroup.ProxyProtocol.V1;
            case V2 -> io.backendpool.pool.BackendGroup.ProxyProtocol.V2;
        };
    }

    private static PoolSpec.Tls tls(String field, BackendTls bean) {
        return new PoolSpec.Tls(
                bean.serverName,
                bean.caCertificateRef == null
                        ? null
                        : required(field + ".caCertificateRef.name", bean.caCertificateRef.name),
                Boolean.TRUE.equals(bean.insecureSkipVerify));
    }

    private static PoolSpec.Source source(String field, BackendGroup bean) {
        if (bean.service != null) {
            ServiceReference service = bean.service;
            return new PoolSpec.Service(
                    required(field + ".service.name", service.name),
                    String.valueOf(
                            required(field + ".service.port", service.port).getValue()));
        }
        List<BackendAddress> addresses = new ArrayList<>();
        List<String> texts = required(field + ".addresses", bean.addresses);
        for (int i = 0; i < texts.size(); i++) {
            addresses.add(BackendAddress.parse(field + ".addresses[" + i + "]", texts.get(i)));
        }
        return new PoolSpec.Addresses(addresses);
    }

    static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(field + ": absent (expected: a value)");
        }
        return value;
    }
}
