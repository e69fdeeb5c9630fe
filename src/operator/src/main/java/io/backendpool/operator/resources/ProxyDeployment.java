package io.backendpool.operator.resources;

import io.backendpool.api.v1alpha1.BackendPool;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The proxies of a pool. They are replaced one by one, a new one ready before an old one goes.
 *
 * <p>{@code replicas} follows {@code spec.proxy.replicas} until somebody scales the Deployment itself (an autoscaler,
 * {@code kubectl scale}); then it is theirs, until {@code spec.proxy.replicas} is changed. See
 * docs/adr/0010-replicas-belong-to-who-scales.md.
 */
public final class ProxyDeployment extends OwnedResource<Deployment> {
    /** The {@code spec.proxy.replicas} that was last applied: how a change of it is told from a scaled Deployment. */
    static final String REPLICAS = "backendpool.io/replicas";

    /** How long a proxy that cannot start is only late; then the pool says Stalled and why. Kubernetes would wait for ten minutes. */
    private static final int PROGRESS_SECONDS = 180;

    private final ProxyInstallation installation;

    public ProxyDeployment(ProxyInstallation installation) {
        super(Deployment.class);
        this.installation = installation;
    }

    @Override
    public Deployment desired(BackendPool pool, @Nullable Deployment actual) {
        String wanted = Integer.toString(PoolFields.replicas(pool));
        return new DeploymentBuilder()
                .withMetadata(metadata(pool).addToAnnotations(REPLICAS, wanted).build())
                .withNewSpec()
                .withReplicas(isScaledByOthers(actual, wanted) ? null : Integer.valueOf(wanted))
                .withRevisionHistoryLimit(3)
                .withProgressDeadlineSeconds(PROGRESS_SECONDS)
                .withNewSelector()
                .withMatchLabels(ProxyLabels.selector(pool))
                .endSelector()
                .withNewStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withNewMaxUnavailable(0)
                .withNewMaxSurge(1)
                .endRollingUpdate()
                .endStrategy()
                .withTemplate(ProxyPod.template(pool, installation))
                .endSpec()
                .build();
    }

    private static boolean isScaledByOthers(@Nullable Deployment actual, String wanted) {
        if (actual == null) {
            return false;
        }
        Map<String, String> annotations = actual.getMetadata().getAnnotations();
        boolean isUnchanged = annotations != null && wanted.equals(annotations.get(REPLICAS));
        return isUnchanged && actual.getMetadata().getManagedFields().stream().anyMatch(ProxyDeployment::scales);
    }

    /** Whoever writes through the scale subresource is recorded so; edits of the object itself are not, and are undone. */
    private static boolean scales(ManagedFieldsEntry entry) {
        return "scale".equals(entry.getSubresource())
                && entry.getFieldsV1() != null
                && entry.getFieldsV1().getAdditionalProperties().get("f:spec") instanceof Map<?, ?> spec
                && spec.containsKey("f:replicas");
    }
}
