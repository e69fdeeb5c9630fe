package io.backendpool.operator.resources;

import io.backendpool.api.v1alpha1.BackendPool;
import java.util.List;
import java.util.function.Function;

/**
 * All that a pool owns, in the order in which it is made: what a pod needs to start is there before the pod. One instance
 * a controller; each element is a dependent resource with an informer of its own.
 */
public final class OwnedResources {
    private final ProxyServiceAccount serviceAccount = new ProxyServiceAccount();
    private final BootstrapSecret bootstrapSecret;
    private final ProxyNetworkPolicy networkPolicy = new ProxyNetworkPolicy();
    private final ProxyDeployment deployment;
    private final ProxyService service = new ProxyService();
    private final ProxyPodDisruptionBudget podDisruptionBudget = new ProxyPodDisruptionBudget();

    /**
     * Makes them.
     *
     * @param installation what pools take from the operator's own configuration
     * @param bootstraps what the proxies of a pool start from; asked at each reconciliation, answers from memory
     */
    public OwnedResources(ProxyInstallation installation, Function<BackendPool, ProxyBootstrap> bootstraps) {
        bootstrapSecret = new BootstrapSecret(bootstraps);
        deployment = new ProxyDeployment(installation);
    }

    public List<OwnedResource<?>> inOrder() {
        return List.of(serviceAccount, bootstrapSecret, networkPolicy, deployment, service, podDisruptionBudget);
    }

    public ProxyDeployment deployment() {
        return deployment;
    }

    public ProxyService service() {
        return service;
    }

    public BootstrapSecret bootstrapSecret() {
        return bootstrapSecret;
    }
}
