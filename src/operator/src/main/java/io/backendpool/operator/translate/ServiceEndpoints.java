package io.backendpool.operator.translate;

import io.backendpool.pool.EndpointConditions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The endpoints behind one port of one Service: a pure function, any thread. */
final class ServiceEndpoints {

    private ServiceEndpoints() {}

    /** What a port of a Service comes to. */
    sealed interface Result {}

    /** These endpoints; none is a Service whose pods are all away. */
    record Found(List<Target> targets) implements Result {}

    /** One clause for people: what was found and what was expected. */
    record NoSuchPort(String message) implements Result {}

    /**
     * One endpoint with its port.
     *
     * @param host an IP literal, or a DNS name to be resolved
     */
    record Target(
            String host,
            int port,
            boolean isName,
            EndpointConditions conditions,
            @Nullable String pod,
            @Nullable String zone,
            List<String> zoneHints) {}

    /**
     * Finds the endpoints.
     *
     * @param port the number or the name of a port of the Service
     * @param transport the protocol that the port must be of: {@code TCP} or {@code UDP}
     */
    static Result find(ServiceState.Present service, String port, String transport) {
        ServiceState.Port chosen = choose(service, port, transport);
        String externalName = service.externalName();
        if (externalName != null) {
            return external(externalName, chosen, port);
        }
        if (chosen == null) {
            return new NoSuchPort("port %s (expected: %s)".formatted(port, portsOf(service)));
        }
        if (!transport.equals(chosen.protocol())) {
            return new NoSuchPort("port %s is %s (expected: %s)".formatted(port, chosen.protocol(), transport));
        }
        return new Found(targets(service, chosen));
    }

    /** A number may be used by one port for each protocol. */
    private static ServiceState.@Nullable Port choose(ServiceState.Present service, String port, String transport) {
        boolean byNumber = !port.isEmpty() && port.chars().allMatch(c -> c >= '0' && c <= '9');
        return service.ports().stream()
                .filter(candidate ->
                        byNumber ? port.equals(String.valueOf(candidate.number())) : port.equals(candidate.name()))
                .min(Comparator.comparing(candidate -> transport.equals(candidate.protocol()) ? 0 : 1))
                .orElse(null);
    }

    private static String portsOf(ServiceState.Present service) {
        if (service.ports().isEmpty()) {
            return "a port of the Service, which has none";
        }
        return service.ports().stream()
                .map(port ->
                        port.name().isEmpty() ? String.valueOf(port.number()) : port.number() + " or " + port.name())
                .collect(Collectors.joining(", "));
    }

    /** An ExternalName needs no ports of its own: a number is enough. */
    private static Result external(String name, ServiceState.@Nullable Port chosen, String port) {
        Integer number = chosen == null ? null : chosen.number();
        try {
            BackendAddress address =
                    BackendAddress.parse("externalName", name + ":" + (number == null ? port : number));
            return new Found(List.of(new Target(
                    address.host(),
                    address.port(),
                    address.isName(),
                    EndpointConditions.READY,
                    null,
                    null,
                    List.of())));
        } catch (IllegalArgumentException noAddress) {
            return new NoSuchPort(
                    "port %s of a Service of type ExternalName, %s (expected: a port number, or the name of one of its ports)"
                            .formatted(port, name));
        }
    }

    private static List<Target> targets(ServiceState.Present service, ServiceState.Port chosen) {
        Map<String, Target> byAddress = new LinkedHashMap<>();
        Set<String> pods = new HashSet<>();
        // A dual-stack pod is in a slice of each family and must not count twice: its address in the first family is
        // used.
        for (ServiceState.AddressType family : families(service)) {
            Set<String> podsBefore = Set.copyOf(pods);
            for (ServiceState.Slice slice : service.slices()) {
                if (slice.addressType() == family) {
                    for (Target target : targets(slice, chosen)) {
                        String pod = target.pod();
                        if (pod != null && podsBefore.contains(pod)) {
                            continue;
                        }
                        if (pod != null) {
                            pods.add(pod);
                        }
                        byAddress.merge(target.host() + " " + target.port(), target, ServiceEndpoints::better);
                    }
                }
            }
        }
        return List.copyOf(byAddress.values());
    }

    private static List<ServiceState.AddressType> families(ServiceState.Present service) {
        return service.ipv6First()
                ? List.of(ServiceState.AddressType.IPV6, ServiceState.AddressType.IPV4, ServiceState.AddressType.FQDN)
                : List.of(ServiceState.AddressType.IPV4, ServiceState.AddressType.IPV6, ServiceState.AddressType.FQDN);
    }

    private static List<Target> targets(ServiceState.Slice slice, ServiceState.Port chosen) {
        List<Target> targets = new ArrayList<>();
        for (ServiceState.Port port : slice.ports()) {
            // The controller names a slice's port as the Service's is named.
            if (port.name().equals(chosen.name()) && chosen.protocol().equals(port.protocol())) {
                Integer number = port.number() == null ? chosen.number() : port.number();
                for (ServiceState.Endpoint endpoint : slice.endpoints()) {
                    Target target = number == null ? null : target(slice, endpoint, number);
                    if (target != null) {
                        targets.add(target);
                    }
                }
            }
        }
        return targets;
    }

    /** Null: an address that is none, which the API server does not let pass. */
    private static @Nullable Target target(ServiceState.Slice slice, ServiceState.Endpoint endpoint, int port) {
        String host = endpoint.address();
        String text = slice.addressType() == ServiceState.AddressType.IPV6 ? "[" + host + "]" : host;
        try {
            BackendAddress address = BackendAddress.parse("address", text + ":" + port);
            return new Target(
                    address.host(),
                    address.port(),
                    address.isName(),
                    endpoint.conditions(),
                    endpoint.pod(),
                    endpoint.zone(),
                    endpoint.zoneHints());
        } catch (IllegalArgumentException noAddress) {
            return null;
        }
    }

    /** While an endpoint moves from one slice to another it is in both for a moment; the copy that serves is the newer. */
    private static Target better(Target one, Target other) {
        return rank(other.conditions()) < rank(one.conditions()) ? other : one;
    }

    private static int rank(EndpointConditions conditions) {
        if (conditions.ready()) {
            return 0;
        }
        return conditions.serving() ? 1 : 2;
    }
}
