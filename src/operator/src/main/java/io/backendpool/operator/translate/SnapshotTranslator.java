package io.backendpool.operator.translate;

import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.PoolSnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Turns a {@link PoolSpec} and the addresses of its DNS names into a snapshot: a pure function, any thread. What cannot
 * be resolved is a finding, and all other backends go on.
 */
public final class SnapshotTranslator {
    private SnapshotTranslator() {}

    /**
     * Translates {@code spec}.
     *
     * @param resolve what is known of a name of {@link PoolSpec#names()}
     */
    public static Translation translate(PoolSpec spec, Function<String, Resolution> resolve) {
        Collector collector = new Collector(resolve);
        List<BackendGroup> groups = new ArrayList<>();
        for (int i = 0; i < spec.groups().size(); i++) {
            PoolSpec.Group group = spec.groups().get(i);
            groups.add(new BackendGroup(group.name(), group.weight()));
            collector.add("spec.backends[" + i + "]", group);
        }
        PoolSnapshot snapshot = new PoolSnapshot(
                spec.id(),
                spec.listeners(),
                groups,
                List.copyOf(collector.backends.values()),
                spec.loadBalancing(),
                spec.healthCheck());
        return new Translation(snapshot, collector.findings, collector.complete);
    }

    private static final class Collector {
        private final Function<String, Resolution> resolve;
        private final Map<BackendKey, Backend> backends = new LinkedHashMap<>();
        private final List<Finding> findings = new ArrayList<>();
        private boolean complete = true;

        Collector(Function<String, Resolution> resolve) {
            this.resolve = resolve;
        }

        void add(String field, PoolSpec.Group group) {
            switch (group.source()) {
                case PoolSpec.Addresses(List<BackendAddress> addresses) -> {
                    for (int i = 0; i < addresses.size(); i++) {
                        add(field + ".addresses[" + i + "]", group.name(), addresses.get(i));
                    }
                }
                case PoolSpec.Service(String name, String port) ->
                    findings.add(new Finding(
                            Finding.Kind.UNSUPPORTED_SOURCE,
                            field + ".service",
                            "%s:%s (expected: addresses; Services are followed on a cluster only)"
                                    .formatted(name, port)));
            }
        }

        private void add(String field, String group, BackendAddress address) {
            if (!address.isName()) {
                backend(group, address.host(), address.port(), null);
                return;
            }
            switch (resolve.apply(address.host())) {
                case Resolution.Pending() -> complete = false;
                case Resolution.Resolved(List<String> found) -> named(group, found, address);
                case Resolution.LastKnown(List<String> found, String cause, Instant since) -> {
                    named(group, found, address);
                    findings.add(new Finding(
                            Finding.Kind.STALE_NAME,
                            field,
                            "%s cannot be looked up since %s (%s); its last %d addresses are used"
                                    .formatted(address.host(), since, cause, found.size())));
                }
                case Resolution.Failed(String cause, Instant since) ->
                    findings.add(new Finding(
                            Finding.Kind.UNRESOLVED_NAME,
                            field,
                            "%s has no address since %s (%s)".formatted(address.host(), since, cause)));
            }
        }

        private void named(String group, List<String> found, BackendAddress address) {
            found.forEach(ip -> backend(group, ip, address.port(), address.host()));
        }

        /** Two names may lead to one address: one backend, under the first name. */
        private void backend(String group, String host, int port, @Nullable String origin) {
            BackendKey key = new BackendKey(group, host, port);
            backends.putIfAbsent(key, new Backend(key, EndpointConditions.READY, origin));
        }
    }
}
