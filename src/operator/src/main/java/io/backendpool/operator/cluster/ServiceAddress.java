package io.backendpool.operator.cluster;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.Listener;
import io.fabric8.kubernetes.api.model.LoadBalancerIngress;
import io.fabric8.kubernetes.api.model.Service;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where clients reach a pool: a pure function of the Service in front of its proxies. */
final class ServiceAddress {
    private ServiceAddress() {}

    /** {@code host:port} of the pool's first listener; empty: there is no address yet. */
    static String of(Service service, BackendPool pool) {
        String host = host(service);
        List<Listener> listeners = pool.getSpec() == null ? null : pool.getSpec().listeners;
        Integer port = listeners == null || listeners.isEmpty() ? null : listeners.getFirst().port;
        if (host == null || port == null) {
            return "";
        }
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }

    private static @Nullable String host(Service service) {
        if (service.getSpec() == null) {
            return null;
        }
        if ("LoadBalancer".equals(service.getSpec().getType())) {
            if (service.getStatus() == null || service.getStatus().getLoadBalancer() == null) {
                return null;
            }
            List<LoadBalancerIngress> points = Objects.requireNonNullElse(
                    service.getStatus().getLoadBalancer().getIngress(), List.<LoadBalancerIngress>of());
            return points.stream()
                    .map(point ->
                            point.getIp() == null || point.getIp().isEmpty() ? point.getHostname() : point.getIp())
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }
        String ip = service.getSpec().getClusterIP();
        return ip == null || ip.isEmpty() || ip.equals("None") ? null : ip;
    }
}
