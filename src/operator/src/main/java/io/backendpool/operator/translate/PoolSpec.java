package io.backendpool.operator.translate;

import io.backendpool.pool.AdaptiveWeight;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.Listener;
import io.backendpool.pool.ListenerFit;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.OutlierDetection;
import io.backendpool.pool.PoolId;
import io.backendpool.pool.Session;
import io.backendpool.pool.TrafficPolicy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the user wants, as the operator works with it: the {@code BackendPool} bean turned into values, defaults filled
 * in.
 *
 * @param id whose pool it is
 * @param generation {@code metadata.generation}; null where there is none, as in files
 * @param listeners where the proxies accept traffic
 * @param groups what traffic is shared by, in the manifest's order
 * @param loadBalancing how to choose
 * @param healthCheck how to probe; null: not at all
 * @param traffic how traffic is treated on its way
 * @param replicas how many proxies a cluster runs
 * @param session how clients are kept on their backends; null: not at all
 * @param outlierDetection when failures of traffic take a backend out; null: never
 * @param adaptiveWeight whether weights follow latency and errors
 * @param terminationGracePeriod what a proxy that stops, and a listener or backend that leaves, gives what is under way
 */
public record PoolSpec(
        PoolId id,
        @Nullable Long generation,
        List<Listener> listeners,
        List<Group> groups,
        LoadBalancing loadBalancing,
        @Nullable HealthCheck healthCheck,
        TrafficPolicy traffic,
        int replicas,
        @Nullable Session session,
        @Nullable OutlierDetection outlierDetection,
        AdaptiveWeight adaptiveWeight,
        Duration terminationGracePeriod) {

    /** What a manifest without {@code proxy.terminationGracePeriod} gets. */
    public static final Duration DEFAULT_TERMINATION_GRACE_PERIOD = Duration.ofSeconds(30);

    /**
     * One entry of {@code spec.backends}.
     *
     * @param name unique in the pool
     * @param weight 0 to 1,000,000
     * @param source where its backends come from
     * @param protocol what its backends speak
     * @param tls how a TLS connection to them is made; null where none is
     * @param proxyProtocol the header that each connection to them begins with
     * @param serverNames whose connections the group takes on listeners of protocol TLS; empty: those of no other group
     * @param priority 0 to 7, 0 first
     */
    public record Group(
            String name,
            int weight,
            Source source,
            BackendGroup.Protocol protocol,
            @Nullable Tls tls,
            BackendGroup.ProxyProtocol proxyProtocol,
            List<String> serverNames,
            int priority) {
        public Group {
            serverNames = List.copyOf(serverNames);
        }

        /** One of HTTP backends. */
        public Group(String name, int weight, Source source) {
            this(name, weight, source, BackendGroup.Protocol.HTTP, null, BackendGroup.ProxyProtocol.NONE, List.of(), 0);
        }
    }

    /**
     * How a TLS connection to a group's backends is made.
     *
     * @param serverName what their certificate must be for; null only with {@code insecureSkipVerify}
     * @param caCertificateSecret the Secret that holds the authorities to trust; null: those that the proxy's system trusts
     * @param insecureSkipVerify any certificate will do
     */
    public record Tls(@Nullable String serverName, @Nullable String caCertificateSecret, boolean insecureSkipVerify) {}

    /** Where the backends of a group come from. */
    public sealed interface Source permits Addresses, Service {}

    /** They are written in the manifest. */
    public record Addresses(List<BackendAddress> addresses) implements Source {
        public Addresses {
            addresses = List.copyOf(addresses);
        }
    }

    /** They are the endpoints of a Service of the pool's namespace. */
    public record Service(String name, String port) implements Source {}

    public PoolSpec {
        listeners = List.copyOf(listeners);
        groups = List.copyOf(groups);
        Map<String, BackendGroup.Protocol> protocols = new LinkedHashMap<>();
        groups.forEach(group -> protocols.put(group.name(), group.protocol()));
        ListenerFit.require(listeners, protocols, loadBalancing, healthCheck, session);
    }

    /** One without sessions, outlier detection and adaptive weights, and with the default of the grace period. */
    public PoolSpec(
            PoolId id,
            @Nullable Long generation,
            List<Listener> listeners,
            List<Group> groups,
            LoadBalancing loadBalancing,
            @Nullable HealthCheck healthCheck,
            TrafficPolicy traffic,
            int replicas) {
        this(
                id,
                generation,
                listeners,
                groups,
                loadBalancing,
                healthCheck,
                traffic,
                replicas,
                null,
                null,
                AdaptiveWeight.OFF,
                DEFAULT_TERMINATION_GRACE_PERIOD);
    }

    /** The DNS names that the pool needs resolved, each once. */
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (Group group : groups) {
            switch (group.source()) {
                case Addresses(List<BackendAddress> addresses) ->
                    addresses.stream()
                            .filter(BackendAddress::isName)
                            .map(BackendAddress::host)
                            .forEach(names::add);
                case Service service -> {}
            }
        }
        return names;
    }

    /** The Services that the pool refers to, each once. */
    public Set<ServiceId> services() {
        Set<ServiceId> services = new LinkedHashSet<>();
        for (Group group : groups) {
            if (group.source() instanceof Service(String name, String port)) {
                services.add(new ServiceId(id.namespace(), name));
            }
        }
        return services;
    }

    /** The Secrets that the pool refers to, each once. */
    public Set<SecretId> secrets() {
        Set<SecretId> secrets = new LinkedHashSet<>();
        for (Listener listener : listeners) {
            if (listener.tls() != null) {
                listener.tls().certificates().forEach(name -> secrets.add(new SecretId(id.namespace(), name)));
            }
        }
        for (Group group : groups) {
            Tls tls = group.tls();
            if (tls != null && tls.caCertificateSecret() != null) {
                secrets.add(new SecretId(id.namespace(), tls.caCertificateSecret()));
            }
        }
        return secrets;
    }

    /** The protocol of the Services' ports that are meant: {@code UDP} where nothing else is listened for. */
    public String transport() {
        return listeners.stream().allMatch(listener -> listener.protocol().isUdp()) ? "UDP" : "TCP";
    }
}
