package io.backendpool.operator.resources;

import io.backendpool.api.v1alpha1.BackendPool;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A drained node takes one proxy at a time. Said as what may be missing, not as what must be there: with a single proxy
 * the latter would block every drain. A proxy that is not ready protects nobody, so it may always go.
 */
public final class ProxyPodDisruptionBudget extends OwnedResource<PodDisruptionBudget> {
    public ProxyPodDisruptionBudget() {
        super(PodDisruptionBudget.class);
    }

    @Override
    public PodDisruptionBudget desired(BackendPool pool, @Nullable PodDisruptionBudget actual) {
        return new PodDisruptionBudgetBuilder()
                .withMetadata(metadata(pool).build())
                .withNewSpec()
                .withNewMaxUnavailable(1)
                .withUnhealthyPodEvictionPolicy("AlwaysAllow")
                .withNewSelector()
                .withMatchLabels(ProxyLabels.selector(pool))
                .endSelector()
                .endSpec()
                .build();
    }
}
