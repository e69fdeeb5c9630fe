package io.backendpool.operator.cluster;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.operator.certificates.CertificateAuthority;
import io.backendpool.operator.control.ControlServer;
import io.backendpool.operator.resources.OwnedResource;
import io.backendpool.operator.resources.OwnedResources;
import io.backendpool.operator.resources.ProxyInstallation;
import io.backendpool.pool.PoolId;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.RegisteredController;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The Java Operator SDK around the {@link PoolReconciler}: informers of the pools' objects, a queue of pools, threads. It
 * runs as long as this operator leads.
 */
final class OwnedObjects implements AutoCloseable {
    /** An API server that does not let one kind be listed must not hold up the others for longer. */
    private static final Duration SYNC = Duration.ofSeconds(5);

    private static final Duration STOP = Duration.ofSeconds(3);
    private static final int THREADS = 8;

    private final Operator operator;
    private final Bootstraps bootstraps;
    private final SimpleInboundEventSource<BackendPool> triggers;
    private final ControlServer control;

    private OwnedObjects(
            KubernetesClient client,
            ClusterOptions options,
            CertificateAuthority authority,
            ControlServer control,
            Function<String, List<String>> refusals,
            ClusterProxyHost proxies,
            PoolEvents events,
            OperatorMetrics metrics) {
        this.control = control;
        this.triggers = new SimpleInboundEventSource<>("triggers");
        this.bootstraps = new Bootstraps(
                endpoint(options.controlNames().getFirst(), control.port()),
                authority::trustBundle,
                control::published,
                this::reconcile);
        PoolReconciler reconciler = new PoolReconciler(
                new OwnedResources(ProxyInstallation.ofImage(options.proxyImage()), bootstraps::of),
                bootstraps::of,
                triggers,
                refusals,
                proxies,
                events,
                metrics);
        this.operator = new Operator(overrider -> overrider
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .checkingCRDAndValidateLocalModel(false)
                .withStopOnInformerErrorDuringStartup(false)
                .withCacheSyncTimeout(SYNC)
                .withReconciliationTerminationTimeout(STOP)
                .withConcurrentReconciliationThreads(THREADS)
                .withUseSSAToPatchPrimaryResource(true));
        RegisteredController<BackendPool> unused = operator.register(reconciler, configuration -> {
            configuration
                    .withName("backendpool")
                    .withFieldManager(OwnedResource.FIELD_MANAGER)
                    .withGenerationAware(true);
            if (options.scope().namespaces().isEmpty()) {
                configuration.watchingAllNamespaces();
            } else {
                configuration.settingNamespaces(Set.copyOf(options.scope().namespaces()));
            }
        });
    }

    /** Starts; waits some seconds for the informers at most. */
    static OwnedObjects start(
            KubernetesClient client,
            ClusterOptions options,
            CertificateAuthority authority,
            ControlServer control,
            Function<String, List<String>> refusals,
            ClusterProxyHost proxies,
            PoolEvents events,
            OperatorMetrics metrics) {
        OwnedObjects objects =
                new OwnedObjects(client, options, authority, control, refusals, proxies, events, metrics);
        control.onChange(objects.bootstraps::changed);
        try {
            objects.operator.start();
        } catch (RuntimeException failed) {
            objects.close();
            throw failed;
        }
        return objects;
    }

    private static String endpoint(String name, int port) {
        return name.indexOf(':') >= 0 ? "[" + name + "]:" + port : name + ":" + port;
    }

    /** Has the objects of {@code pool} looked at again. */
    void reconcile(PoolId pool) {
        triggers.propagateEvent(new ResourceID(pool.name(), pool.namespace()));
    }

    /** Why it does not work yet; null: it does. */
    @Nullable
    String notReady() {
        return operator.getRuntimeInfo().isStarted() ? null : "the pools' objects are being read";
    }

    /** The control server that proxies of these objects dial. */
    int controlPort() {
        return control.port();
    }

    @Override
    public void close() {
        bootstraps.close();
        operator.stop();
    }
}
