package io.backendpool.operator.cluster;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.operator.certificates.CertificateAuthority;
import io.backendpool.operator.certificates.CertificateExpiry;
import io.backendpool.operator.certificates.CertificateRenewal;
import io.backendpool.operator.control.ControlServer;
import io.backendpool.operator.control.ControlServerConfig;
import io.backendpool.operator.dns.DnsResolver;
import io.backendpool.operator.pools.ControlServerChannel;
import io.backendpool.operator.pools.PoolKeeper;
import io.backendpool.operator.resources.ProxyNames;
import io.backendpool.operator.secrets.PublishedCertificates;
import io.backendpool.operator.sessions.SessionKeyring;
import io.backendpool.pool.PoolId;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Random;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * All that the leader does, wired: pools and endpoints from the API server, the control channel, status to the resources,
 * the pools' own objects. {@link #begin} and {@link #close} read as the table of contents.
 */
final class LeaderTerm implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(LeaderTerm.class);
    private static final Duration CERTIFICATE_CHECK = Duration.ofMinutes(1);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final CertificateAuthority authority;
    private final ResourcePools pools;
    private final ServiceFollower services;
    private final ControlServer control;
    private final PoolKeeper keeper;
    private final OwnedObjects objects;
    private final PoolEvents events;

    private LeaderTerm(KubernetesClient client, ClusterOptions options, OperatorMetrics metrics, Clock clock)
            throws IOException {
        try {
            pools = opened(new ResourcePools(client, options.scope()));
            pools.readAll();
            SecretCertificateStore certificates =
                    new SecretCertificateStore(client, options.namespace(), ClusterOptions.CERTIFICATES);
            authority = CertificateAuthority.open(certificates, options.certificatePolicy(), clock);
            SessionKeyring keyring = SessionKeyring.open(certificates, new SecureRandom(), clock);
            control = opened(ControlServer.start(
                    ControlServerConfig.on(options.controlHost(), options.controlPort()),
                    authority,
                    new TokenReviewVerifier(client, this::poolOf, clock),
                    new StatusRevisionStore(pools::resource),
                    clock));
            events = opened(new PoolEvents(client, clock));
            ResourceStatusSink status = opened(new ResourceStatusSink(client, pools::resource, events, new Random()));
            services = opened(new ServiceFollower(client, options.scope()));
            BootstrapCopies copies = new BootstrapCopies(client);
            SecretFollower secrets =
                    opened(new SecretFollower(client, clock, new PublishedCertificates(copies, pools::names)));
            ResourceOverrides overrides =
                    opened(new ResourceOverrides(client, options.scope(), pool -> pools.resource(pool) != null, clock));
            ClusterProxyHost proxies = new ClusterProxyHost(this::lastAddress);
            keeper = opened(new PoolKeeper(
                    new ControlServerChannel(control),
                    proxies,
                    status,
                    DnsResolver.ofSystem(),
                    services,
                    secrets,
                    overrides,
                    keyring::keys,
                    copies,
                    clock));
            objects = opened(OwnedObjects.start(
                    client, options, authority, control, services::refusals, proxies, events, metrics));
            services.onRefused(this::refused);
            pools.onVersion(status::seen);
            pools.start(keeper);
            overrides.start();
            CertificateUpkeep upkeep = new CertificateUpkeep(authority, certificates);
            opened(CertificateRenewal.start(
                    authority,
                    () -> {
                        upkeep.run();
                        keyring.tick();
                    },
                    certificatesListener(),
                    period(options.caOverlap()),
                    clock));
        } catch (IOException | RuntimeException failed) {
            closeAll();
            throw failed;
        }
    }

    /**
     * Begins to lead.
     *
     * @throws IOException what is needed cannot be had: the certificates' Secret, the control port
     * @throws io.fabric8.kubernetes.client.KubernetesClientException the pools cannot be read
     */
    static LeaderTerm begin(KubernetesClient client, ClusterOptions options, OperatorMetrics metrics, Clock clock)
            throws IOException {
        return new LeaderTerm(client, options, metrics, clock);
    }

    /** The pool whose proxies run under ServiceAccount {@code account} of {@code namespace}; null: none. */
    private @Nullable PoolId poolOf(String namespace, String account) {
        return pools.names(namespace).stream()
                .filter(pool -> ProxyNames.of(pool.name()).equals(account))
                .findFirst()
                .orElse(null);
    }

    private String lastAddress(PoolId pool) {
        BackendPool resource = pools.resource(pool);
        return resource == null || resource.getStatus() == null
                ? ""
                : Objects.requireNonNullElse(resource.getStatus().address, "");
    }

    /** Said in the status of the pools that it concerns. */
    private void refused(String namespace) {
        pools.all().stream()
                .map(ResourcePools::id)
                .filter(pool -> namespace.isEmpty() || pool.namespace().equals(namespace))
                .forEach(objects::reconcile);
    }

    /** Often enough to see each step of a rotation. */
    private static Duration period(Duration overlap) {
        Duration part = overlap.dividedBy(4);
        return part.compareTo(CERTIFICATE_CHECK) > 0 ? CERTIFICATE_CHECK : part;
    }

    private CertificateRenewal.Listener certificatesListener() {
        return new CertificateRenewal.Listener() {
            @Override
            public void trustChanged() {
                pools.all().forEach(pool -> objects.reconcile(ResourcePools.id(pool)));
            }

            @Override
            public void renewed(CertificateExpiry expiry) {
                keeper.refresh();
            }

            @Override
            public void notRenewed(CertificateExpiry expiry, String cause) {
                pools.all().forEach(pool -> events.certificatesNotRenewed(pool, expiry, cause));
            }
        };
    }

    /** Why it does not lead fully yet; null: it does. */
    @Nullable
    String notReady() {
        if (!pools.synced()) {
            return "the pools are being read";
        }
        return services.synced() ? objects.notReady() : "the Services and EndpointSlices are being read";
    }

    int controlPort() {
        return control.port();
    }

    CertificateAuthority authority() {
        return authority;
    }

    ControlServer control() {
        return control;
    }

    PoolKeeper keeper() {
        return keeper;
    }

    /** The newest version of {@code pool}; null: there is none. */
    @Nullable
    BackendPool resource(PoolId pool) {
        return pools.resource(pool);
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }

    private void closeAll() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception oneOfMany) {
                // The others must be closed all the same.
                LOG.warnf("while stepping down: %s", oneOfMany.getMessage());
            }
        }
    }

    /** Writes no more and sends the proxies away, to find the next leader. They go on with what they have. */
    @Override
    public void close() {
        closeAll();
    }
}
