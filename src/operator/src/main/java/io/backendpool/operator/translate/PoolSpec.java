package io.backendpool.operator.translate;

import io.backendpool.pool.HealthCheck;
import io.backendpool.pool.Listener;
import io.backendpool.pool.LoadBalancing;
import io.backendpool.pool.PoolId;
import java.util.LinkedHashSet;
import java.util.List;
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
 * @param replicas how many proxies a cluster runs
 */
public record PoolSpec(
        PoolId id,
        @Nullable Long generation,
        List<Listener> listeners,
        List<Group> groups,
        LoadBalancing loadBalancing,
        @Nullable HealthCheck healthCheck,
        int replicas) {

    /**
     * One entry of {@code spec.backends}.
     *
     * @param name unique in the pool
     * @param weight 0 to 1,000,000
     * @param source where its backends come from
     */
    public record Group(String name, int weight, Source source) {}

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
}
