package io.backendpool.operator.translate;

import io.backendpool.pool.Backend;
import io.backendpool.pool.BackendGroup;
import io.backendpool.pool.BackendKey;
import io.backendpool.pool.EndpointConditions;
import io.backendpool.pool.Listener;
import io.backendpool.pool.PoolSnapshot;
import io.backendpool.pool.Session;
import io.backendpool.pool.SessionKeys;
import io.backendpool.pool.UpstreamTls;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Turns a {@link PoolSpec}, the addresses of its DNS names, the endpoints of its Services and the certificates of its Secrets
 * into a snapshot: a pure function, any thread. What cannot be resolved is a finding, and everything else goes on.
 */
public final class SnapshotTranslator {
    private SnapshotTranslator() {}

    /**
     * Translates {@code spec}.
     *
     * @param resolve what is known of a name of {@link PoolSpec#names()}
     */
    public static Translation translate(PoolSpec spec, Function<String, Resolution> resolve) {
        return translate(spec, resolve, service -> new ServiceState.NotFollowed());
    }

    /** The same where there are Services, and no Secrets. */
    public static Translation translate(
            PoolSpec spec, Function<String, Resolution> resolve, Function<ServiceId, ServiceState> services) {
        return translate(spec, resolve, services, secret -> new SecretState.NotFollowed(), Instant.EPOCH);
    }

    /**
     * Translates {@code spec}.
     *
     * @param resolve what is known of a name of {@link #names}
     * @param services what is known of a Service of {@link PoolSpec#services()}
     * @param secrets what is known of a Secret of {@link PoolSpec#secrets()}
     * @param now for certificates, which come and go with time
     */
    public static Translation translate(
            PoolSpec spec,
            Function<String, Resolution> resolve,
            Function<ServiceId, ServiceState> services,
            Function<SecretId, SecretState> secrets,
            Instant now) {
        return translate(spec, resolve, services, secrets, List.of(), SessionKeys.NONE, now);
    }

    /**
     * The same with what is said against the manifest.
     *
     * @param overrides of this pool, in any order
     * @param sessionKeys of this pool; sent where its sessions need them
     */
    public static Translation translate(
            PoolSpec spec,
            Function<String, Resolution> resolve,
            Function<ServiceId, ServiceState> services,
            Function<SecretId, SecretState> secrets,
            List<OverrideSpec> overrides,
            SessionKeys sessionKeys,
            Instant now) {
        Collector collector = new Collector(spec.id().namespace(), spec.transport(), resolve, services);
        SecretReferences references = new SecretReferences(spec.id().namespace(), secrets, now, collector.findings);
        List<Listener> listeners = references.listeners(spec.listeners());
        List<BackendGroup> groups = new ArrayList<>();
        for (int i = 0; i < spec.groups().size(); i++) {
            PoolSpec.Group group = spec.groups().get(i);
            String field = "spec.backends[" + i + "]";
            switch (references.authorities(field, group.tls())) {
                case SecretReferences.Trusted(String pem) -> {
                    groups.add(group(group, pem));
                    collector.add(field, group);
                }
                case SecretReferences.Missing() -> groups.add(group(group, null));
            }
        }
        OverrideTranslator.Outcome said =
                OverrideTranslator.translate(overrides, groups, collector.backends.keySet(), now);
        boolean signs = spec.session() != null && spec.session().kind() instanceof Session.Cookie;
        PoolSnapshot snapshot = new PoolSnapshot(
                spec.id(),
                listeners,
                groups,
                List.copyOf(collector.backends.values()),
                spec.loadBalancing(),
                spec.healthCheck(),
                spec.traffic(),
                references.certificates(),
                spec.session(),
                spec.outlierDetection(),
                spec.adaptiveWeight(),
                said.active(),
                signs ? sessionKeys : SessionKeys.NONE);
        return new Translation(
                snapshot,
                collector.findings,
                collector.complete && references.complete(),
                said.verdicts(),
                said.nextExpiry());
    }

    private static BackendGroup group(PoolSpec.Group group, @Nullable String authorities) {
        PoolSpec.Tls tls = group.tls();
        return new BackendGroup(
                group.name(),
                group.weight(),
                group.protocol(),
                tls == null ? null : new UpstreamTls(tls.serverName(), authorities, tls.insecureSkipVerify()),
                group.proxyProtocol(),
                group.serverNames(),
                group.priority());
    }

    /** The DNS names that {@code spec} needs resolved: those of its own and those that its Services stand for. */
    public static Set<String> names(PoolSpec spec, Function<ServiceId, ServiceState> services) {
        Set<String> names = new LinkedHashSet<>(spec.names());
        for (PoolSpec.Group group : spec.groups()) {
            if (group.source() instanceof PoolSpec.Service(String name, String port)
                    && services.apply(new ServiceId(spec.id().namespace(), name))
                            instanceof ServiceState.Present service
                    && ServiceEndpoints.find(service, port, spec.transport())
                            instanceof ServiceEndpoints.Found(List<ServiceEndpoints.Target> targets)) {
                targets.stream()
                        .filter(ServiceEndpoints.Target::isName)
                        .map(ServiceEndpoints.Target::host)
                        .forEach(names::add);
            }
        }
        return names;
    }

    private static final class Collector {
        private final String namespace;
        private final String transport;
        private final Function<String, Resolution> resolve;
        private final Function<ServiceId, ServiceState> services;
        private final Map<BackendKey, Backend> backends = new LinkedHashMap<>();
        private final List<Finding> findings = new ArrayList<>();
        private boolean complete = true;

        Collector(
                String namespace,
                String transport,
                Function<String, Resolution> resolve,
                Function<ServiceId, ServiceState> services) {
            this.namespace = namespace;
            this.transport = transport;
            this.resolve = resolve;
            this.services = services;
        }

        void add(String field, PoolSpec.Group group) {
            switch (group.source()) {
                case PoolSpec.Addresses(List<BackendAddress> addresses) -> {
                    for (int i = 0; i < addresses.size(); i++) {
                        add(field + ".addresses[" + i + "]", group.name(), addresses.get(i));
                    }
                }
                case PoolSpec.Service(String name, String port) ->
                    add(field + ".service", group.name(), new ServiceId(namespace, name), port);
            }
        }

        private void add(String field, String group, ServiceId id, String port) {
            switch (services.apply(id)) {
                case ServiceState.NotFollowed() ->
                    finding(
                            Finding.Kind.UNSUPPORTED_SOURCE,
                            field,
                            "%s:%s (expected: addresses; Services are followed on a cluster only)"
                                    .formatted(id.name(), port));
                case ServiceState.Pending() -> complete = false;
                case ServiceState.Absent() ->
                    finding(
                            Finding.Kind.SERVICE_NOT_FOUND,
                            field + ".name",
                            "%s (expected: a Service of the namespace %s)".formatted(id.name(), id.namespace()));
                case ServiceState.Unreadable(String cause) ->
                    finding(
                            Finding.Kind.SERVICE_UNREADABLE,
                            field + ".name",
                            "%s cannot be read: %s".formatted(id.name(), cause));
                case ServiceState.Present service ->
                    add(field, group, id, ServiceEndpoints.find(service, port, transport));
            }
        }

        private void add(String field, String group, ServiceId id, ServiceEndpoints.Result result) {
            switch (result) {
                case ServiceEndpoints.NoSuchPort(String message) ->
                    finding(
                            Finding.Kind.SERVICE_PORT_NOT_FOUND,
                            field + ".port",
                            "Service %s: %s".formatted(id.name(), message));
                case ServiceEndpoints.Found(List<ServiceEndpoints.Target> targets) -> {
                    for (ServiceEndpoints.Target target : targets) {
                        if (target.isName()) {
                            add(field + ".name", group, new BackendAddress(target.host(), target.port(), true));
                        } else {
                            BackendKey key = new BackendKey(group, target.host(), target.port());
                            backends.putIfAbsent(
                                    key,
                                    new Backend(
                                            key, target.conditions(), target.pod(), target.zone(), target.zoneHints()));
                        }
                    }
                }
            }
        }

        private void finding(Finding.Kind kind, String field, String message) {
            findings.add(new Finding(kind, field, message));
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
