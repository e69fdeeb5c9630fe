package io.backendpool.control;

import io.backendpool.control.v1.TcpProbe;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.Certificate;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.StatusRange;
import io.backendpool.pool.TrafficPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The border between the model and the wire for everything of a pool but its backends. */
final class PoolConfigCodec {
    private PoolConfigCodec() {}

    static io.backendpool.control.v1.PoolConfig encode(PoolConfig config) {
        io.backendpool.control.v1.PoolConfig.Builder message = io.backendpool.control.v1.PoolConfig.newBuilder();
        for (Listener listener : config.listeners()) {
            message.addListeners(ListenerCodec.encode(listener));
        }
        for (BackendGroup group : config.groups()) {
            message.addGroups(GroupCodec.encode(group));
        }
        message.getLoadBalancingBuilder()
                .setPolicy(encode(config.loadBalancing().policy()));
        HealthCheck check = config.healthCheck();
        if (check != null) {
            message.setHealthCheck(encode(check));
        }
        message.setTraffic(TrafficPolicyCodec.encode(config.traffic()));
        for (Certificate certificate : config.certificates()) {
            message.addCertificatesBuilder()
                    .setName(certificate.name())
                    .setChain(certificate.chain())
                    .setKey(certificate.key());
        }
        return message.build();
    }

    static PoolConfig decode(io.backendpool.control.v1.PoolConfig message) throws InvalidSnapshotException {
        try {
            List<Listener> listeners = new ArrayList<>();
            for (io.backendpool.control.v1.Listener listener : message.getListenersList()) {
                listeners.add(ListenerCodec.decode(listener));
            }
            List<BackendGroup> groups = new ArrayList<>();
            for (io.backendpool.control.v1.BackendGroup group : message.getGroupsList()) {
                groups.add(GroupCodec.decode(group));
            }
            List<Certificate> certificates = new ArrayList<>();
            for (io.backendpool.control.v1.Certificate certificate : message.getCertificatesList()) {
                certificates.add(new Certificate(certificate.getName(), certificate.getChain(), certificate.getKey()));
            }
            return new PoolConfig(
                    listeners,
                    groups,
                    new LoadBalancing(policy(message.getLoadBalancing())),
                    message.hasHealthCheck() ? decode(message.getHealthCheck()) : null,
                    message.hasTraffic() ? TrafficPolicyCodec.decode(message.getTraffic()) : TrafficPolicy.DEFAULT,
                    certificates);
        } catch (IllegalArgumentException invalid) {
            throw SnapshotCodec.invalid(invalid);
        }
    }

    private static io.backendpool.control.v1.HealthCheck encode(HealthCheck check) {
        io.backendpool.control.v1.HealthCheck.Builder message = io.backendpool.control.v1.HealthCheck.newBuilder()
                .setIntervalNanos(check.interval().toNanos())
                .setTimeoutNanos(check.timeout().toNanos())
                .setHealthyThreshold(check.healthyThreshold())
                .setUnhealthyThreshold(check.unhealthyThreshold());
        Integer port = check.port();
        if (port != null) {
            message.setPort(port);
        }
        switch (check.probe()) {
            case HealthCheck.HttpProbe http -> message.setHttp(encode(http));
            case HealthCheck.TcpProbe tcp -> message.setTcp(TcpProbe.getDefaultInstance());
            case HealthCheck.GrpcProbe grpc -> throw new IllegalArgumentException("healthCheck.grpc");
            case HealthCheck.TlsProbe() -> throw new IllegalArgumentException("healthCheck.tls");
        }
        return message.build();
    }

    private static io.backendpool.control.v1.HttpProbe encode(HealthCheck.HttpProbe http) {
        io.backendpool.control.v1.HttpProbe.Builder message =
                io.backendpool.control.v1.HttpProbe.newBuilder().setPath(http.path());
        String host = http.host();
        if (host != null) {
            message.setHost(host);
        }
        for (StatusRange range : http.expectedStatuses()) {
            message.addExpectedStatusesBuilder().setFirst(range.first()).setLast(range.last());
        }
        return message.build();
    }

    private static HealthCheck decode(io.backendpool.control.v1.HealthCheck message) throws InvalidSnapshotException {
        return new HealthCheck(
                probe(message),
                port(message.getPort()),
                Duration.ofNanos(message.getIntervalNanos()),
                Duration.ofNanos(message.getTimeoutNanos()),
                message.getHealthyThreshold(),
                message.getUnhealthyThreshold());
    }

    private static @Nullable Integer port(int port) {
        return port == 0 ? null : port;
    }

    private static HealthCheck.Probe probe(io.backendpool.control.v1.HealthCheck message)
            throws InvalidSnapshotException {
        return switch (message.getProbeCase()) {
            case HTTP -> decode(message.getHttp());
            case TCP -> new HealthCheck.TcpProbe();
            case PROBE_NOT_SET -> throw new InvalidSnapshotException("healthCheck: no probe (expected: http or tcp)");
        };
    }

    private static HealthCheck.HttpProbe decode(io.backendpool.control.v1.HttpProbe message) {
        List<StatusRange> expected = new ArrayList<>();
        for (io.backendpool.control.v1.StatusRange range : message.getExpectedStatusesList()) {
            expected.add(new StatusRange(range.getFirst(), range.getLast()));
        }
        return new HealthCheck.HttpProbe(message.getPath(), message.hasHost() ? message.getHost() : null, expected);
    }

    private static io.backendpool.control.v1.LoadBalancing.Policy encode(LoadBalancing.Policy policy) {
        return switch (policy) {
            case ROUND_ROBIN -> io.backendpool.control.v1.LoadBalancing.Policy.ROUND_ROBIN;
            case RANDOM -> io.backendpool.control.v1.LoadBalancing.Policy.RANDOM;
            case LEAST_REQUEST -> io.backendpool.control.v1.LoadBalancing.Policy.LEAST_REQUEST;
            case LEAST_CONNECTIONS -> io.backendpool.control.v1.LoadBalancing.Policy.LEAST_CONNECTIONS;
            case LEAST_RESPONSE_TIME -> io.backendpool.control.v1.LoadBalancing.Policy.LEAST_RESPONSE_TIME;
            case RING_HASH -> io.backendpool.control.v1.LoadBalancing.Policy.RING_HASH;
            case MAGLEV -> io.backendpool.control.v1.LoadBalancing.Policy.MAGLEV;
            case RENDEZVOUS -> io.backendpool.control.v1.LoadBalancing.Policy.RENDEZVOUS;
        };
    }

    private static LoadBalancing.Policy policy(io.backendpool.control.v1.LoadBalancing message)
            throws InvalidSnapshotException {
        return switch (message.getPolicy()) {
            case ROUND_ROBIN -> LoadBalancing.Policy.ROUND_ROBIN;
            case RANDOM -> LoadBalancing.Policy.RANDOM;
            case LEAST_REQUEST -> LoadBalancing.Policy.LEAST_REQUEST;
            case LEAST_CONNECTIONS -> LoadBalancing.Policy.LEAST_CONNECTIONS;
            case LEAST_RESPONSE_TIME -> LoadBalancing.Policy.LEAST_RESPONSE_TIME;
            case RING_HASH -> LoadBalancing.Policy.RING_HASH;
            case MAGLEV -> LoadBalancing.Policy.MAGLEV;
            case RENDEZVOUS -> LoadBalancing.Policy.RENDEZVOUS;
            case POLICY_UNSPECIFIED, UNRECOGNIZED ->
                throw unknownValue("loadBalancing.policy", message.getPolicyValue(), "a policy");
        };
    }

    static InvalidSnapshotException unknownValue(String field, int value, String expected) {
        return new InvalidSnapshotException("%s: value %d (expected: %s): uses a value this version does not know"
                .formatted(field, value, expected));
    }
}
