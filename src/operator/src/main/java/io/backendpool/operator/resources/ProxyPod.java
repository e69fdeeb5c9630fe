package io.backendpool.operator.resources;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.ProxySettings;
import io.backendpool.operator.translate.Durations;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The pod that a proxy runs in: all that it needs from Kubernetes and nothing of what it carries. Listeners, backends and
 * weights are not in it, because every change of it replaces the pods. It satisfies the restricted Pod Security Standard.
 *
 * <p>No user id is set: the image's own is numeric and not root, and clusters that hand out ids (OpenShift) may.
 */
final class ProxyPod {
    /** Whom the proxy's token is for; the operator accepts no other. */
    static final String TOKEN_AUDIENCE = "backendpool.io/control";

    static final String IDENTITY_VOLUME = "identity";
    static final String STATE_VOLUME = "state";
    static final String TEMPORARY_VOLUME = "tmp";

    /** How long endpoints and kube-proxies take to notice that a pod is going; until then it still accepts. */
    static final Duration UNPUBLISH = Duration.ofSeconds(5);

    /** For the process to end after its last request. */
    private static final Duration EXIT = Duration.ofSeconds(5);

    private static final long TOKEN_SECONDS = 3_600;
    private static final Quantity SCRATCH = new Quantity("256Mi");

    private ProxyPod() {}

    static PodTemplateSpec template(BackendPool pool, ProxyInstallation installation) {
        ProxySettings settings = PoolFields.proxy(pool);
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(ProxyLabels.of(pool, settings.labels))
                .withAnnotations(settings.annotations)
                .endMetadata()
                .withSpec(spec(pool, settings, installation))
                .build();
    }

    private static PodSpec spec(BackendPool pool, ProxySettings settings, ProxyInstallation installation) {
        return new PodSpecBuilder()
                .withServiceAccountName(ProxyNames.of(pool))
                // It has no business with the API server; what it dials the operator with is in a volume of its own.
                .withAutomountServiceAccountToken(false)
                // Else each Service of the namespace becomes environment variables, some in our own name space.
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds(gracePeriodSeconds(pool))
                .withNodeSelector(settings.nodeSelector)
                .withTolerations(settings.tolerations)
                .withAffinity(settings.affinity)
                .withTopologySpreadConstraints(topologySpread(pool, settings))
                .withPriorityClassName(settings.priorityClassName)
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                // Listeners come and go, so any of them may be a low port; a "safe" sysctl, of this pod's network only.
                .addNewSysctl()
                .withName("net.ipv4.ip_unprivileged_port_start")
                .withValue("0")
                .endSysctl()
                .endSecurityContext()
                .withContainers(ProxyContainer.of(pool, settings, installation))
                .withVolumes(identity(pool), scratch(STATE_VOLUME), scratch(TEMPORARY_VOLUME))
                .build();
    }

    static long gracePeriodSeconds(BackendPool pool) {
        Duration drain = Durations.parse("spec.proxy.terminationGracePeriod", PoolFields.terminationGracePeriod(pool));
        return UNPUBLISH.plus(drain).plus(EXIT).plusMillis(999).toSeconds();
    }

    /** In one folder: a token that only the operator accepts, and what the bootstrap Secret holds. */
    private static Volume identity(BackendPool pool) {
        return new VolumeBuilder()
                .withName(IDENTITY_VOLUME)
                .withNewProjected()
                .addNewSource()
                .withNewServiceAccountToken()
                .withAudience(TOKEN_AUDIENCE)
                .withExpirationSeconds(TOKEN_SECONDS)
                .withPath(ProxyContainer.TOKEN_FILE)
                .endServiceAccountToken()
                .endSource()
                .addNewSource()
                .withNewSecret()
                .withName(ProxyNames.bootstrapOf(pool))
                .endSecret()
                .endSource()
                .endProjected()
                .build();
    }

    private static Volume scratch(String name) {
        return new VolumeBuilder()
                .withName(name)
                .withNewEmptyDir()
                .withSizeLimit(SCRATCH)
                .endEmptyDir()
                .build();
    }

    private static List<TopologySpreadConstraint> topologySpread(BackendPool pool, ProxySettings settings) {
        if (settings.topologySpreadConstraints == null) {
            return List.of(
                    preferredSpread(pool, "kubernetes.io/hostname"),
                    preferredSpread(pool, "topology.kubernetes.io/zone"));
        }
        List<TopologySpreadConstraint> constraints = new ArrayList<>();
        for (TopologySpreadConstraint constraint : settings.topologySpreadConstraints) {
            // A user cannot know the labels; without a selector the constraint would count no pod at all.
            constraints.add(constraint.getLabelSelector() != null ? constraint : ofTheseProxies(pool, constraint));
        }
        return constraints;
    }

    private static TopologySpreadConstraint preferredSpread(BackendPool pool, String key) {
        return ofTheseProxies(
                pool,
                new TopologySpreadConstraintBuilder()
                        .withMaxSkew(1)
                        .withTopologyKey(key)
                        .withWhenUnsatisfiable("ScheduleAnyway")
                        // During a rollout the old pods do not count, else the new ones end up crooked.
                        .withMatchLabelKeys("pod-template-hash")
                        .build());
    }

    private static TopologySpreadConstraint ofTheseProxies(BackendPool pool, TopologySpreadConstraint constraint) {
        return constraint
                .edit()
                .withLabelSelector(new LabelSelectorBuilder()
                        .withMatchLabels(ProxyLabels.selector(pool))
                        .build())
                .build();
    }
}
