package io.backendpool.operator.translate;

import io.backendpool.pool.EndpointConditions;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointHints;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.ForZone;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The border between the beans of the API server and the records: keeps what a pool is made of, fills in what is absent. */
public final class ServiceReader {
    private static final String TCP = "TCP";

    private ServiceReader() {}

    /** Joins {@code service} with its slices, given in any order. */
    public static ServiceState.Present read(Service service, Collection<ServiceState.Slice> slices) {
        ServiceSpec spec = Objects.requireNonNullElseGet(service.getSpec(), ServiceSpec::new);
        List<ServiceState.Port> ports = new ArrayList<>();
        Objects.requireNonNullElse(spec.getPorts(), List.<io.fabric8.kubernetes.api.model.ServicePort>of())
                .forEach(port -> ports.add(port(port.getName(), port.getProtocol(), port.getPort())));
        List<String> families = Objects.requireNonNullElse(spec.getIpFamilies(), List.of());
        return new ServiceState.Present(
                ports,
                "ExternalName".equals(spec.getType()) ? spec.getExternalName() : null,
                !families.isEmpty() && "IPv6".equals(families.getFirst()),
                slices.stream()
                        .sorted(Comparator.comparing(ServiceState.Slice::name))
                        .toList());
    }

    /** Reduces {@code slice}. */
    public static ServiceState.Slice read(EndpointSlice slice) {
        List<ServiceState.Port> ports = new ArrayList<>();
        Objects.requireNonNullElse(
                        slice.getPorts(), List.<io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort>of())
                .forEach(port -> ports.add(port(port.getName(), port.getProtocol(), port.getPort())));
        List<ServiceState.Endpoint> endpoints = new ArrayList<>();
        for (Endpoint endpoint : Objects.requireNonNullElse(slice.getEndpoints(), List.<Endpoint>of())) {
            List<String> addresses = endpoint.getAddresses();
            if (addresses != null && !addresses.isEmpty()) {
                endpoints.add(new ServiceState.Endpoint(
                        addresses.getFirst(),
                        conditions(endpoint.getConditions()),
                        pod(endpoint.getTargetRef()),
                        endpoint.getZone(),
                        zoneHints(endpoint.getHints())));
            }
        }
        return new ServiceState.Slice(
                slice.getMetadata().getName(), addressType(slice.getAddressType()), ports, endpoints);
    }

    private static ServiceState.Port port(@Nullable String name, @Nullable String protocol, @Nullable Integer number) {
        return new ServiceState.Port(
                Objects.requireNonNullElse(name, ""), Objects.requireNonNullElse(protocol, TCP), number);
    }

    /** EndpointConditions of discovery.k8s.io/v1: no ready is ready; no serving is what ready says; no terminating is not. */
    private static EndpointConditions conditions(
            io.fabric8.kubernetes.api.model.discovery.v1.@Nullable EndpointConditions bean) {
        if (bean == null) {
            return EndpointConditions.READY;
        }
        boolean ready = bean.getReady() == null || bean.getReady();
        boolean serving = bean.getServing() == null ? ready : bean.getServing();
        boolean terminating = bean.getTerminating() != null && bean.getTerminating();
        return new EndpointConditions(ready, serving, terminating);
    }

    private static List<String> zoneHints(@Nullable EndpointHints hints) {
        return hints == null || hints.getForZones() == null
                ? List.of()
                : hints.getForZones().stream().map(ForZone::getName).toList();
    }

    private static @Nullable String pod(@Nullable ObjectReference target) {
        return target != null && "Pod".equals(target.getKind()) ? target.getName() : null;
    }

    private static ServiceState.AddressType addressType(@Nullable String word) {
        return switch (word) {
            case "IPv6" -> ServiceState.AddressType.IPV6;
            case "FQDN" -> ServiceState.AddressType.FQDN;
            case null, default -> ServiceState.AddressType.IPV4;
        };
    }
}
