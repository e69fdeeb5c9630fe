package io.backendpool.operator.cluster;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.operator.certificates.CertificateAuthority;
import io.backendpool.operator.certificates.CertificatePolicy;
import io.backendpool.operator.control.ControlServer;
import io.backendpool.operator.control.ControlServerConfig;
import io.backendpool.operator.dns.DnsResolver;
import io.backendpool.operator.pools.ControlServerChannel;
import io.backendpool.operator.pools.PoolKeeper;
import io.backendpool.operator.resources.ProxyNames;
import io.backendpool.pool.PoolId;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * All that the leader does, wired: pools and endpoints from the API server, the control channel, status to the resources,
 * the pools' own objects. {@link #begin} and {@link #close} read as the table of contents.
 */
final class LeaderTerm implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(LeaderTerm.class);
    private static final long CERTIFICATE_CHECK_SECONDS = 60;

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final CertificateAuthority authority;
    private final ResourcePools pools;
    private final ServiceFollower services;
    private final ControlServer control;
    private final PoolKeeper keeper;
    private final OwnedObjects objects;

    private LeaderTerm(KubernetesClient client, ClusterOptions options, OperatorMetrics metrics, Clock clock)
            throws IOException {
        try {
            pools = opened(new ResourcePools(client, options.scope()));
            pools.readAll();
            authority = CertificateAuthority.open(
                    new SecretCertificateStore(client, options.namespace(), ClusterOptions.CERTIFICATES),
                    CertificatePolicy.forNames(options.controlNames()),
                    clock);
            control = opened(ControlServer.start(
                    ControlServerConfig.on(options.controlHost(), options.controlPort()),
                    authority,
                    new TokenReviewVerifier(client, this::poolOf, clock),
                    new StatusRevisionStore(pools::resource),
                    clock));
            PoolEvents events = opened(new PoolEvents(client, clock));
            ResourceStatusSink status = opened(new ResourceStatusSink(client, pools::resource, events, new Random()));
            services = opened(new ServiceFollower(client, options.scope()));
            SecretFollower secrets =
                    opened(new SecretFollower(client, clock, new BootstrapCertificates(client, pools::names)));
            ClusterProxyHost proxies = new ClusterProxyHost();
            keeper = opened(new PoolKeeper(
                    new ControlServerChannel(control),
                    proxies,
                    status,
                    DnsResolver.ofSystem(),
                    services,
                    secrets,
                    clock));
            objects = opened(OwnedObjects.start(client, options, authority, control, proxies, events, metrics));
            pools.onVersion(status::seen);
            pools.start(keeper);
            keepCertificates(options);
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

    private void keepCertificates(ClusterOptions options) {
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("certificates").factory());
        opened.push(thread::shutdownNow);
        var unused = thread.scheduleWithFixedDelay(
                () -> {
                    String bundle = authority.trustBundle();
                    try {
                        authority.tick();
                    } catch (IOException | RuntimeException notNow) {
                        LOG.errorf(
                                "Secret %s/%s: certificates are not renewed, tried again in %d s: %s",
                                options.namespace(),
                                ClusterOptions.CERTIFICATES,
                                CERTIFICATE_CHECK_SECONDS,
                                notNow.getMessage());
                        objects.certificatesNotRenewed(authority.serverNotAfter(), notNow);
                    }
                    if (!bundle.equals(authority.trustBundle())) {
                        // Proxies are to trust the new CA before it signs.
                        objects.reconcileAll();
                    }
                },
                CERTIFICATE_CHECK_SECONDS,
                CERTIFICATE_CHECK_SECONDS,
                TimeUnit.SECONDS);
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
