package io.backendpool.operator.resources;

import io.backendpool.api.v1alpha1.BackendPool;
import io.backendpool.api.v1alpha1.Listener;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPortBuilder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may connect to the proxies: everybody to a listener; to the admin port only pods of namespaces that carry the label
 * {@value #METRICS_NAMESPACE}{@code =true}, so that a Prometheus may scrape it. The kubelet's probes come from the node,
 * which a NetworkPolicy never closes out. What leaves is not limited: backends may be anywhere, and the proxy itself dials
 * the control channel, so that it has no port to protect.
 */
public final class ProxyNetworkPolicy extends OwnedResource<NetworkPolicy> {
    static final String METRICS_NAMESPACE = "backendpool.io/metrics";

    public ProxyNetworkPolicy() {
        super(NetworkPolicy.class);
    }

    @Override
    public NetworkPolicy desired(BackendPool pool, @Nullable NetworkPolicy actual) {
        List<NetworkPolicyPort> listeners = new ArrayList<>();
        for (Listener listener : PoolFields.listeners(pool)) {
            listeners.add(port(PoolFields.transport(listener), PoolFields.port(listener)));
        }
        return new NetworkPolicyBuilder()
                .withMetadata(metadata(pool).build())
                .withNewSpec()
                .withNewPodSelector()
                .withMatchLabels(ProxyLabels.selector(pool))
                .endPodSelector()
                .withPolicyTypes("Ingress")
                .addNewIngress()
                .withPorts(listeners)
                .endIngress()
                .addNewIngress()
                .withPorts(port("TCP", AdminPort.of(pool)))
                .addNewFrom()
                .withNewNamespaceSelector()
                .addToMatchLabels(METRICS_NAMESPACE, "true")
                .endNamespaceSelector()
                .endFrom()
                .endIngress()
                .endSpec()
                .build();
    }

    private static NetworkPolicyPort port(String transport, int port) {
        return new NetworkPolicyPortBuilder()
                .withProtocol(transport)
                .withNewPort(port)
                .build();
    }
}
