package io.backendpool.operator.resources;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.ProxySettings;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The proxy's container. Its settings are environment variables, which the proxy's {@code --help} lists; its program is
 * the image's entry point. Of the ports only the admin port is named: a listed port opens nothing, and listing the
 * listeners would make a new one replace the pods.
 */
final class ProxyContainer {
    static final String NAME = "proxy";
    static final String TOKEN_FILE = "token";
    private static final String IDENTITY_PATH = "/var/run/backendpool";
    private static final String STATE_PATH = "/var/lib/backendpool";

    private ProxyContainer() {}

    static Container of(BackendPool pool, ProxySettings settings, ProxyInstallation installation) {
        int admin = AdminPort.of(pool);
        ResourceRequirements resources = Objects.requireNonNullElse(settings.resources, installation.resources());
        return new ContainerBuilder()
                .withName(NAME)
                .withImage(Objects.requireNonNullElse(settings.image, installation.image()))
                .withEnv(environment(pool, admin, resources))
                .withResources(resources)
                .addNewPort()
                .withName("admin")
                .withContainerPort(admin)
                .withProtocol("TCP")
                .endPort()
                // Within a minute of starting, JVM and warm-up included; on a full node both are slow.
                .withStartupProbe(probe("/live", admin, 1, 60))
                .withReadinessProbe(probe("/ready", admin, 2, 2))
                .withLivenessProbe(probe("/live", admin, 10, 3))
                .withNewLifecycle()
                .withNewPreStop()
                // SIGTERM comes after it: a proxy that refused connections at once would refuse those of clients that
                // have not heard yet.
                .withNewSleep(ProxyPod.UNPUBLISH.toSeconds())
                .endPreStop()
                .endLifecycle()
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .withTerminationMessagePolicy("FallbackToLogsOnError")
                .addNewVolumeMount()
                .withName(ProxyPod.IDENTITY_VOLUME)
                .withMountPath(IDENTITY_PATH)
                .withReadOnly(true)
                .endVolumeMount()
                .addNewVolumeMount()
                .withName(ProxyPod.STATE_VOLUME)
                .withMountPath(STATE_PATH)
                .endVolumeMount()
                // The JVM's and Netty's: native libraries are unpacked there.
                .addNewVolumeMount()
                .withName(ProxyPod.TEMPORARY_VOLUME)
                .withMountPath("/tmp")
                .endVolumeMount()
                .build();
    }

    private static List<EnvVar> environment(BackendPool pool, int admin, ResourceRequirements resources) {
        List<EnvVar> environment = new ArrayList<>();
        environment.add(value(
                "BACKENDPOOL_POOL",
                pool.getMetadata().getNamespace() + "/" + pool.getMetadata().getName()));
        // Not the host's name, which is cut at 63 characters and may then be another proxy's too.
        environment.add(new EnvVarBuilder()
                .withName("BACKENDPOOL_PROXY")
                .withNewValueFrom()
                .withNewFieldRef("v1", "metadata.name")
                .endValueFrom()
                .build());
        // Kubernetes 1.35 and later copies it from the node to the pod; empty before, and then zones do not count.
        // Always
        // there: added with a policy, it would replace the pods.
        environment.add(new EnvVarBuilder()
                .withName("BACKENDPOOL_ZONE")
                .withNewValueFrom()
                .withNewFieldRef("v1", "metadata.labels['topology.kubernetes.io/zone']")
                .endValueFrom()
                .build());
        // From the Secret, so that an operator that moves does not replace pods.
        environment.add(new EnvVarBuilder()
                .withName("BACKENDPOOL_CONTROL")
                .withNewValueFrom()
                .withNewSecretKeyRef(BootstrapSecret.CONTROL, ProxyNames.bootstrapOf(pool), null)
                .endValueFrom()
                .build());
        environment.add(value("BACKENDPOOL_CONTROL_CA", IDENTITY_PATH + "/" + BootstrapSecret.CA_BUNDLE));
        environment.add(value("BACKENDPOOL_TOKEN_FILE", IDENTITY_PATH + "/" + TOKEN_FILE));
        environment.add(value("BACKENDPOOL_BOOTSTRAP", IDENTITY_PATH + "/" + BootstrapSecret.LAST_KNOWN_GOOD));
        environment.add(value("BACKENDPOOL_STATE_DIR", STATE_PATH));
        environment.add(value("BACKENDPOOL_ADMIN", "*:" + admin));
        environment.add(value("BACKENDPOOL_DRAIN_DEADLINE", PoolFields.terminationGracePeriod(pool)));
        Integer eventLoops = eventLoops(resources);
        if (eventLoops != null) {
            environment.add(value("BACKENDPOOL_EVENT_LOOPS", eventLoops.toString()));
        }
        return environment;
    }

    /**
     * The CPUs that the proxy is limited to, or else those that it requests, at least two, so that a small proxy can use
     * what the node has to spare. Null where neither is said: then the proxy takes what it sees.
     */
    static @Nullable Integer eventLoops(ResourceRequirements resources) {
        Quantity cpu = cpu(resources.getLimits());
        if (cpu == null) {
            cpu = cpu(resources.getRequests());
        }
        if (cpu == null) {
            return null;
        }
        BigDecimal cpus = Quantity.getAmountInBytes(cpu).setScale(0, RoundingMode.CEILING);
        return Math.clamp(cpus.longValue(), 2, 1_024);
    }

    private static @Nullable Quantity cpu(@Nullable Map<String, Quantity> amounts) {
        return amounts == null ? null : amounts.get("cpu");
    }

    private static EnvVar value(String name, String value) {
        return new EnvVarBuilder().withName(name).withValue(value).build();
    }

    private static Probe probe(String path, int port, int periodSeconds, int failureThreshold) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath(path)
                .withNewPort(port)
                .withScheme("HTTP")
                .endHttpGet()
                .withPeriodSeconds(periodSeconds)
                .withTimeoutSeconds(2)
                .withFailureThreshold(failureThreshold)
                .withSuccessThreshold(1)
                .build();
    }
}
