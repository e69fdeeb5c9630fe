package io.backendpool.operator.translate;

import io.backendpool.pool.EndpointConditions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one Service and its EndpointSlices at one moment, reduced to what a pool is made of. Equal states come
 * to equal backends.
 */
public sealed interface ServiceState {

    /** This mode of the operator knows no Services. */
    record NotFollowed() implements ServiceState {}

    /** It has not been read yet. */
    record Pending() implements ServiceState {}

    /** There is no such Service. */
    record Absent() implements ServiceState {}

    /**
     * It cannot be read, and never could.
     *
     * @param cause why, for people
     */
    record Unreadable(String cause) implements ServiceState {}

    /**
     * It is there.
     *
     * @param ports in the Service's order
     * @param externalName the DNS name that a Service of type ExternalName stands for; null: another type
     * @param ipv6First whether its first IP family is IPv6
     * @param slices in the order of their names
     */
    record Present(List<Port> ports, @Nullable String externalName, boolean ipv6First, List<Slice> slices)
            implements ServiceState {
        public Present {
            ports = List.copyOf(ports);
            slices = List.copyOf(slices);
        }
    }

    /**
     * A port of a Service or of an EndpointSlice.
     *
     * @param name empty: it has none, which only a single port may
     * @param protocol {@code TCP}, {@code UDP} or {@code SCTP}
     * @param number null in an EndpointSlice: every port
     */
    record Port(String name, String protocol, @Nullable Integer number) {}

    /**
     * One EndpointSlice.
     *
     * @param name unique in the namespace
     * @param addressType what the addresses of all its endpoints are
     * @param ports of every endpoint in it
     * @param endpoints may be empty
     */
    record Slice(String name, AddressType addressType, List<Port> ports, List<Endpoint> endpoints) {
        public Slice {
            ports = List.copyOf(ports);
            endpoints = List.copyOf(endpoints);
        }
    }

    /** As in discovery.k8s.io/v1. */
    enum AddressType {
        IPV4,
        IPV6,
        FQDN
    }

    /**
     * One endpoint.
     *
     * @param address the first of its addresses: they are interchangeable (discovery.k8s.io/v1)
     * @param conditions what is absent is filled in
     * @param pod the name of the pod behind it; null: no pod, or not known
     * @param zone where it runs; null: nobody says
     * @param zoneHints the zones whose clients should use it; empty: no hint
     */
    record Endpoint(
            String address,
            EndpointConditions conditions,
            @Nullable String pod,
            @Nullable String zone,
            List<String> zoneHints) {
        public Endpoint {
            zoneHints = List.copyOf(zoneHints);
        }

        /** One of no zone. */
        public Endpoint(String address, EndpointConditions conditions, @Nullable String pod) {
            this(address, conditions, pod, null, List.of());
        }
    }
}
